// The page behind the set-up link and the one behind an invitation: one form each, posted as JSON.
import { h, language, switches } from "/docs/assets/page.js";

const kind = document.body.dataset.kind;
const token = new URLSearchParams(location.hash.slice(1)).get("token") ?? new URLSearchParams(location.search).get("token") ?? "";
history.replaceState(null, "", location.pathname); // the token does not stay in the address bar or in the history

const WORDS = {
  setupTitle: ["Welcome. Let's set up your CRM", "欢迎，开始设置您的 CRM"],
  setupLead: ["Your organisation and its first administrator: you. This link works once.", "创建您的组织和首位管理员（您本人）。此链接仅可使用一次。"],
  invitationTitle: ["Welcome aboard", "欢迎加入"],
  invitationLead: ["Choose a password and you are in. This link works once.", "设置密码即可加入。此链接仅可使用一次。"],
  organisation: ["Organisation", "组织名称"],
  name: ["Your name", "您的姓名"],
  email: ["E-mail", "邮箱"],
  emailHint: ["You sign in with it.", "用于登录。"],
  password: ["Password", "密码"],
  passwordHint: ["At least 12 characters. A few unusual words are good.", "至少 12 个字符，几个不常见的词组合即可。"],
  setupSend: ["Create the organisation", "创建组织"],
  invitationSend: ["Set the password", "设置密码"],
  sending: ["One moment…", "请稍候……"],
  noToken: ["This address lacks its token. Open the whole link again.", "链接不完整，请重新打开完整链接。"],
  offline: ["No answer from the server. Is it running?", "服务器没有响应，请确认其正在运行。"],
  doneTitle: ["All set", "设置完成"],
  doneText: ["You can sign in now as ", "现在可以登录，账号："],
  signIn: ["Go on", "继续"],
};
const CODES = {
  "too-short": ["Use at least 12 characters.", "至少需要 12 个字符。"],
  "too-long": ["Use at most 256 characters.", "最多 256 个字符。"],
  "too-common": ["This is among the first passwords that are guessed.", "该密码过于常见，容易被猜中。"],
  "too-guessable": ["It is built from your organisation's name or your e-mail.", "密码与组织名称或邮箱过于相近。"],
  "string-too-short": ["This is needed.", "此项必填。"],
  "string-too-long": ["This is too long.", "内容过长。"],
  email: ["Write it like name@example.com.", "请填写有效邮箱，如 name@example.com。"],
  duplicate: ["This address signs in already.", "该邮箱已被使用。"],
  "/problems/forbidden": ["This link is not valid any more. Start the suite again, or ask for a new invitation.", "链接已失效，请重新启动系统或索取新的邀请链接。"],
  "/problems/rejected": ["This was done already. Sign in.", "已完成设置，请直接登录。"],
};
const t = (name) => WORDS[name][language === "zh" ? 1 : 0];
const FIELDS = {
  setup: [["organisation", "organization", "text"], ["name", "name", "text"], ["email", "username", "email"], ["password", "new-password", "password"]],
  invitation: [["password", "new-password", "password"]],
}[kind];

const values = {};
let problem = null;
let done = null;

function wordOf(code, fallback) {
  return CODES[code] ? CODES[code][language === "zh" ? 1 : 0] : fallback;
}

function field([name, autocomplete, type]) {
  const error = problem?.errors?.find((e) => e.field === name);
  const hint = WORDS[`${name}Hint`] ? h("span", { class: "hint", id: `${name}-hint` }, t(`${name}Hint`)) : null;
  const input = h("input", {
    id: name, name, type, autocomplete, required: true, value: values[name] ?? "", minlength: type === "password" ? 12 : null,
    "aria-invalid": error ? "true" : null, "aria-describedby": error ? `${name}-wrong` : hint ? `${name}-hint` : null,
    oninput: (event) => { values[name] = event.target.value; },
  });
  const wrong = error ? h("span", { class: "wrong", id: `${name}-wrong` }, wordOf(error.code, error.message)) : null;
  return h("label", { for: name }, t(name), input, wrong ?? hint);
}

function form() {
  const general = problem && !problem.errors?.length
    ? h("div", { class: "message", role: "alert" }, wordOf(problem.type, problem.detail)) : null;
  const button = h("button", { class: "button main", type: "submit", disabled: !token }, t(`${kind}Send`));
  const missing = token ? null : h("div", { class: "message", role: "alert" }, t("noToken"));
  return h("div", { class: "panel" },
    h("h1", {}, t(`${kind}Title`)),
    h("p", { class: "lead" }, t(`${kind}Lead`)),
    h("form", { novalidate: true, onsubmit: send }, general ?? missing, ...FIELDS.map(field), button));
}

function finished() {
  const tick = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  tick.setAttribute("viewBox", "0 0 24 24");
  for (const [shape, attributes] of [["circle", { cx: 12, cy: 12, r: 10 }], ["path", { d: "M7.5 12.5l3 3 6-6.5" }]]) {
    const part = document.createElementNS("http://www.w3.org/2000/svg", shape);
    for (const [name, value] of Object.entries({ ...attributes, fill: "none", stroke: "currentColor", "stroke-width": 2, "stroke-linecap": "round", "stroke-linejoin": "round" })) part.setAttribute(name, value);
    tick.append(part);
  }
  return h("div", { class: "panel done" }, tick, h("h1", {}, t("doneTitle")),
    h("p", { class: "lead" }, t("doneText"), h("strong", {}, done)), h("a", { class: "button main", href: "/" }, t("signIn")));
}

function draw() {
  document.title = `CRM · ${t(done ? "doneTitle" : `${kind}Title`)}`;
  const focused = document.activeElement?.id;
  document.getElementById("main").replaceChildren(done ? finished() : form());
  const first = problem?.errors?.[0]?.field ?? (problem ? null : focused || FIELDS[0][0]);
  if (!done && first) document.getElementById(first)?.focus();
}

async function send(event) {
  event.preventDefault();
  const button = event.target.querySelector("button");
  button.disabled = true;
  button.textContent = t("sending");
  const path = kind === "setup" ? "/identity/setup" : "/identity/invitations/accept";
  const body = kind === "setup"
    ? { token, organisation: "", name: "", email: "", password: "", ...values, language }
    : { token, password: values.password ?? "" };
  if (kind === "invitation" && !body.password) problem = { errors: [{ field: "password", code: "too-short" }] };
  else {
    try {
      const response = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
      const answer = await response.json();
      problem = response.ok ? null : answer;
      if (response.ok) done = kind === "setup" ? values.email : answer.email;
    } catch {
      problem = { detail: t("offline") };
    }
  }
  draw();
}

switches(draw);
draw();
