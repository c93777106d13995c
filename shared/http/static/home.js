// The first page: what runs here, whether it is ready, where to look.
import { h, language, switches } from "./page.js";
import { servicesOf } from "./services.js";

const services = servicesOf(document.body);
const isSetUp = document.body.dataset.setUp === "true";
const WORDS = {
  title: ["Every customer, every change, any moment.", "每一位客户，每一次变化，任意时刻。"],
  lead: [
    "An open CRM suite, event-sourced from end to end: nothing is overwritten, anything can be taken back, and every list can be seen as it was.",
    "开源、全程事件溯源的客户关系管理套件：不覆盖任何数据，一切可撤销，任何列表都能回到当时的样子。",
  ],
  ready: ["Ready", "已就绪"],
  behind: ["Catching up", "正在追赶"],
  down: ["Not answering", "无响应"],
  setUp: ["Set up", "已完成初始设置"],
  notSetUp: ["Not set up yet: open the one-time link printed at the start", "尚未设置：请打开启动时打印的一次性链接"],
  docs: ["API reference", "接口文档"],
  openapi: ["OpenAPI document", "OpenAPI 文档"],
  services: ["What runs here", "正在运行的服务"],
};
const t = (name) => WORDS[name][language === "zh" ? 1 : 0];
let state = "";

function draw() {
  const dot = { ready: "good", behind: "wait" }[state] ?? "";
  document.getElementById("main").replaceChildren(
    h("h1", {}, t("title")),
    h("p", { class: "lead" }, t("lead")),
    h("div", { class: "states" },
      state ? h("span", { class: "state" }, h("span", { class: `dot ${dot}` }), t(state)) : null,
      h("span", { class: "state" }, h("span", { class: `dot ${isSetUp ? "good" : "wait"}` }), t(isSetUp ? "setUp" : "notSetUp"))),
    h("div", { class: "actions" },
      h("a", { class: "button main", href: "/docs" }, t("docs")), h("a", { class: "button", href: "/openapi.json" }, t("openapi"))),
    h("h2", {}, t("services")),
    h("div", { class: "cards" }, services.map((s) => h("a", { class: "card", href: `/docs#${s.name}` },
      h("h3", {}, s[language]), h("p", {}, s[`${language}_text`]), h("code", {}, s.base || "/")))));
}

switches(draw);
draw();
fetch("/readyz").then((r) => r.json()).then((r) => { state = r.status; }).catch(() => { state = "down"; }).finally(draw);
