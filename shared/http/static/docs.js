// One reference page for all services, drawn from their OpenAPI documents.
import { h, language, prose, switches } from "./page.js";
import { parameterRows, resolve, schemaRows, typeOf } from "./schema.js";
import { servicesOf } from "./services.js";
import { t } from "./text.js";
import { askForToken, forgetToken, hasToken, tryPanel } from "./tryit.js";

const services = servicesOf(document.body);
const documents = new Map();
const at = (id) => document.getElementById(id);
const METHODS = ["get", "post", "put", "patch", "delete"];
let current = services[0];

async function documentOf(service) {
  if (!documents.has(service.name)) {
    const answer = await fetch(service.url);
    if (!answer.ok) throw answer;
    documents.set(service.name, await answer.json());
  }
  return documents.get(service.name);
}

/** The operations of a document in tag order: {id, path, method, operation, parameters}. */
function operationsOf(doc) {
  const found = [];
  for (const [path, item] of Object.entries(doc.paths ?? {})) {
    for (const method of METHODS.filter((m) => item[m])) {
      const operation = item[method];
      const parameters = [...(item.parameters ?? []), ...(operation.parameters ?? [])].map((p) => resolve(p, doc));
      found.push({ id: operation.operationId ?? `${method}-${path}`, path, method, operation, parameters });
    }
  }
  return found;
}

function byTag(operations) {
  const groups = new Map();
  for (const one of operations) {
    const tag = one.operation.tags?.[0] ?? "";
    if (!groups.has(tag)) groups.set(tag, []);
    groups.get(tag).push(one);
  }
  const depth = (one) => one.path.split("/").length;
  for (const list of groups.values()) list.sort((a, b) => depth(a) - depth(b)); // the list before its records' commands
  return groups;
}

function card(one, doc) {
  const details = h("details", { class: "operation", id: one.id },
    h("summary", {},
      h("span", { class: `method ${one.method}` }, one.method),
      h("span", { class: "path mono" }, one.path),
      h("span", { class: "what" }, one.operation.summary ?? "")));
  details.addEventListener("toggle", () => {
    if (!details.open || details.children.length > 1) return;
    details.append(inside(one, doc));
    history.replaceState(null, "", `#${current.name}/${one.id}`);
  });
  return details;
}

function inside({ path, method, operation, parameters }, doc) {
  const isFilter = (p) => p.in === "query" && / · /.test(p.description ?? "");
  const plain = parameters.filter((p) => !isFilter(p));
  const filters = parameters.filter(isFilter);
  const body = resolve(operation.requestBody, doc);
  const [media, content] = Object.entries(body.content ?? {})[0] ?? [];
  const example = content?.example ?? resolve(content?.schema, doc).examples?.[0];
  const isJson = media === "application/json";
  return h("div", { class: "inside" },
    operation.description ? h("p", {}, prose(operation.description)) : null,
    operation.security?.length === 0 ? h("p", { class: "muted" }, t("open")) : null,
    plain.length ? [h("h4", {}, t("parameters")), parameterRows(plain, doc)] : null,
    filters.length ? h("details", {}, h("summary", {}, `${t("filters")} (${filters.length})`), parameterRows(filters, doc)) : null,
    content ? [h("h4", {}, `${t("body")} · ${media}`), schemaRows(content.schema, doc)] : null,
    example !== undefined ? [h("h4", {}, t("example")), h("pre", {}, JSON.stringify(example, null, 2))] : null,
    h("h4", {}, t("answers")), answers(operation, doc),
    h("h4", {}, t("tryIt")),
    tryPanel(current.base, path, method.toUpperCase(), plain, isJson ? example ?? {} : undefined));
}

function answers(operation, doc) {
  return h("div", {}, Object.entries(operation.responses ?? {}).map(([status, part]) => {
    const answer = resolve(part, doc);
    const [media, content] = Object.entries(answer.content ?? {})[0] ?? [];
    const good = status < "400";
    const example = resolve(content?.schema, doc).examples?.[0];
    return h("div", { class: "answer" },
      h("span", { class: `status ${good ? "good" : "bad"}` }, status),
      h("div", {}, prose(answer.description),
        good && content ? h("details", {}, h("summary", {}, `${typeOf(content.schema, doc)} · ${media}`),
          schemaRows(content.schema, doc), example ? h("pre", {}, JSON.stringify(example, null, 2)) : null) : null));
  }));
}

function drawTabs() {
  document.querySelector("nav.tabs").replaceChildren(...services.map((s) => h("button", {
    role: "tab", "aria-selected": String(s === current), onclick: () => { current = s; draw(); },
  }, s[language])));
  document.querySelector("nav.tabs [aria-selected=true]").scrollIntoView({ block: "nearest", inline: "center" });
  at("search").placeholder = t("search");
  at("sign-in").textContent = hasToken() ? t("signOut") : t("signIn");
}

function filter() {
  const words = at("search").value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const element of document.querySelectorAll("[data-find]")) {
    element.classList.toggle("hidden", !words.every((w) => element.dataset.find.includes(w)));
  }
  for (const group of document.querySelectorAll("[data-group]")) {
    group.classList.toggle("hidden", !group.querySelector("[data-find]:not(.hidden)"));
  }
}

async function draw() {
  drawTabs();
  const service = current;
  let doc;
  try { doc = await documentOf(service); } catch (refused) {
    if (service === current) {
      at("main").replaceChildren(h("p", {}, t(refused.status === 404 ? "elsewhere" : "failed")));
      at("contents").replaceChildren();
    }
    return;
  }
  if (service !== current) return;
  const operations = operationsOf(doc);
  const groups = [...byTag(operations)];
  const find = (one) => `${one.method} ${one.path} ${one.operation.summary} ${one.id}`.toLowerCase();
  at("main").replaceChildren(
    h("h1", {}, doc.info.title), h("p", { class: "muted" }, prose(doc.info.description), ` · ${operations.length} ${t("operations")} · `,
      h("a", { href: service.url }, "OpenAPI 3.1")),
    ...groups.map(([tag, list]) => h("section", { "data-group": tag }, h("h2", {}, tag), list.map((one) => {
      const element = card(one, doc);
      element.dataset.find = find(one);
      return element;
    }))));
  at("contents").replaceChildren(...groups.map(([tag, list]) => h("div", { "data-group": tag }, h("h3", {}, tag), list.map((one) =>
    h("a", { href: `#${service.name}/${one.id}`, "data-find": find(one), onclick: () => reveal(one.id) },
      h("span", { class: `method ${one.method}` }, one.method), one.operation.summary ?? one.path)))));
  filter();
}

function reveal(id) {
  const element = at(id);
  if (element) { element.open = true; element.scrollIntoView(); }
}

at("search").addEventListener("input", filter);
at("sign-in").addEventListener("click", () => {
  if (hasToken()) { forgetToken(); drawTabs(); } else askForToken(drawTabs);
});
switches(draw);
const [name, operation] = location.hash.slice(1).split("/");
current = services.find((s) => s.name === name) ?? services[0];
draw().then(() => operation && reveal(operation));
