// OpenAPI 3.1 schemas as rows: name, type, what it is.
import { h, prose } from "./page.js";
import { t } from "./text.js";

export function resolve(part, doc) {
  let found = part ?? {};
  while (found.$ref) found = found.$ref.slice(2).split("/").reduce((at, name) => at?.[name], doc) ?? {};
  return found;
}

export function typeOf(schema, doc) {
  const name = schema?.$ref?.split("/").pop();
  const found = resolve(schema, doc);
  if (found.const !== undefined) return JSON.stringify(found.const);
  const options = found.anyOf ?? found.oneOf;
  if (options) return [...new Set(options.map((o) => typeOf(o, doc)))].join(" | ");
  if (found.type === "array") return `${typeOf(found.items, doc)}[]`;
  if (found.type === "object" && name) return name;
  const type = Array.isArray(found.type) ? found.type.join(" | ") : found.type ?? "any";
  return found.format ? `${type} (${found.format})` : type;
}

const SHOWN = 12; // values of a choice that are shown without being asked for
const quoted = (values) => values.map((v) => `\`${v}\``).join(" ");

/** The values of a long choice, to be opened. */
function choices(schema) {
  if (!(schema.enum?.length > SHOWN)) return null;
  return h("details", {}, h("summary", {}, `${schema.enum.length} ${t("values")}`), h("p", {}, prose(quoted(schema.enum))));
}

function limits(schema) {
  const words = [];
  if (schema.enum?.length <= SHOWN) words.push(quoted(schema.enum));
  for (const [key, sign] of [["minimum", "≥"], ["maximum", "≤"], ["minLength", "length ≥"], ["maxLength", "length ≤"]]) {
    if (schema[key] !== undefined) words.push(`${sign} ${schema[key]}`);
  }
  if (schema.default != null && schema.default !== "") words.push(`= ${JSON.stringify(schema.default)}`);
  return words.join(" · ");
}

function objectIn(schema, doc) {
  const found = resolve(schema, doc);
  for (const candidate of [found, found.items, ...(found.anyOf ?? [])]) {
    const inner = resolve(candidate, doc);
    if (inner.properties) return inner;
    if (inner.items && resolve(inner.items, doc).properties) return resolve(inner.items, doc);
  }
  return null;
}

/** Rows of an object's properties; objects inside open on demand. */
export function schemaRows(schema, doc, depth = 0) {
  const found = objectIn(schema, doc);
  if (!found) return h("p", { class: "mono muted" }, typeOf(schema, doc));
  const required = new Set(found.required ?? []);
  const properties = Object.entries(found.properties).sort(([a], [b]) => required.has(b) - required.has(a));
  return h("div", { class: "rows" }, properties.map(([name, property]) => {
    const one = resolve(property, doc);
    const text = [one.description, limits(one)].filter(Boolean).join(" — ");
    const title = one.title && one.title.toLowerCase() !== name.replaceAll("_", " ") ? `${one.title}${text ? " — " : ""}` : "";
    const inner = depth < 4 && objectIn(one, doc);
    return [
      h("div", { class: "name mono" }, name, required.has(name) ? h("span", { class: "required" }, "*") : null),
      h("div", { class: "type mono" }, typeOf(property, doc)),
      h("div", { class: "text" }, title, prose(text), choices(one), inner ? h("details", {}, h("summary", {}, typeOf(property, doc)), schemaRows(one, doc, depth + 1)) : null),
    ];
  }).flat());
}

export function parameterRows(parameters, doc) {
  return h("div", { class: "rows" }, parameters.map((p) => [
    h("div", { class: "name mono" }, p.name, p.required ? h("span", { class: "required" }, "*") : null),
    h("div", { class: "type mono" }, `${typeOf(p.schema, doc)} · ${p.in}`),
    h("div", { class: "text" },
      prose([p.description, limits(resolve(p.schema, doc))].filter(Boolean).join(" — ")), choices(resolve(p.schema, doc))),
  ]).flat());
}
