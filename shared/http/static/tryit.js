// Sending a request from the page. The token lives in memory only and is gone with the page.
import { h } from "./page.js";
import { t } from "./text.js";

let token = "";
export const hasToken = () => Boolean(token);
export const forgetToken = () => { token = ""; };

/** Ask for e-mail and password, or for a token. */
export function askForToken(changed) {
  const dialog = document.getElementById("token-dialog");
  const email = h("input", { type: "email", autocomplete: "username" });
  const password = h("input", { type: "password", autocomplete: "current-password" });
  const pasted = h("input", { autocomplete: "off" });
  const wrong = h("p", { class: "status bad hidden" });
  const use = async (event) => {
    event.preventDefault();
    token = pasted.value.trim() || (await signIn(email.value, password.value, wrong));
    if (token) { dialog.close(); changed(); }
  };
  dialog.replaceChildren(h("form", { onsubmit: use }, h("h2", {}, t("signIn")),
    h("label", {}, t("email"), email), h("label", {}, t("password"), password), h("label", {}, t("token"), pasted), wrong,
    h("div", { class: "buttons" },
      h("button", { class: "button", type: "button", onclick: () => dialog.close() }, t("cancel")),
      h("button", { class: "button main" }, t("use")))));
  dialog.showModal();
}

async function signIn(email, password, wrong) {
  const answer = await fetch("/identity/sessions", {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ email, password }),
  });
  const body = await answer.json().catch(() => ({}));
  wrong.textContent = body.detail ?? t("wrong");
  wrong.classList.toggle("hidden", answer.ok);
  return body.access_token ?? "";
}

/** The panel of one operation: inputs for its parameters, its body, the answer. */
export function tryPanel(base, path, method, parameters, example) {
  const inputs = parameters.map((p) => [p, inputFor(p)]);
  const body = example === undefined ? null : h("textarea", { "aria-label": t("body"), spellcheck: "false" });
  if (body) body.value = JSON.stringify(example, null, 2);
  const answer = h("div", {});
  const send = async () => {
    answer.replaceChildren(h("p", { class: "muted" }, t("sending")));
    answer.replaceChildren(...(await ask(base, path, method, inputs, body)));
  };
  return h("div", { class: "try" },
    h("div", { class: "inputs" }, inputs.map(([p, input]) => h("label", {}, h("span", { class: "mono" }, p.name), input))),
    body, h("button", { class: "button main", onclick: send }, t("send")), answer);
}

function inputFor(parameter) {
  const { enum: values, type } = parameter.schema ?? {};
  const choice = values ?? (type === "boolean" ? ["true", "false"] : null);
  if (!choice) return h("input", { "aria-label": parameter.name, placeholder: parameter.required ? "*" : "" });
  return h("select", { "aria-label": parameter.name }, ["", ...choice].map((v) => h("option", { value: v }, v)));
}

async function ask(base, path, method, inputs, body) {
  const headers = token ? { Authorization: `Bearer ${token}` } : {};
  const query = new URLSearchParams();
  for (const [parameter, input] of inputs) {
    const value = input.value.trim();
    if (parameter.in === "path") path = path.replace(`{${parameter.name}}`, encodeURIComponent(value));
    else if (value && parameter.in === "query") query.append(parameter.name, value);
    else if (value) headers[parameter.name] = parameter.name === "X-Reason" ? encodeURIComponent(value) : value;
  }
  if (body) headers["Content-Type"] = "application/json";
  const url = base.replace(/\/$/, "") + path + (query.size ? `?${query}` : "");
  try {
    return await shown(url, await fetch(url, { method, headers, body: body?.value }));
  } catch (error) {
    return [h("p", { class: "status bad" }, t("noAnswer") + error.message)];
  }
}

async function shown(url, response) {
  const type = response.headers.get("content-type") ?? "";
  let text;
  if (/json/.test(type)) text = JSON.stringify(await response.json(), null, 2);
  else if (/text|csv/.test(type)) text = await response.text();
  else text = `${(await response.arrayBuffer()).byteLength} ${t("binary")} ${type}`;
  const marks = ["etag", "location"].map((name) => response.headers.get(name) && `${name}: ${response.headers.get(name)}`);
  return [
    h("p", {}, h("span", { class: `status ${response.ok ? "good" : "bad"}` }, `${response.status} `), h("code", {}, url)),
    h("p", { class: "mono muted" }, marks.filter(Boolean).join("   ")),
    h("pre", {}, text.slice(0, 200_000)),
  ];
}
