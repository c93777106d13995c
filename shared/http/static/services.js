// The services by their prefixes, in both languages.
const KNOWN = {
  identity: ["Identity", "身份"],
  customer: ["Customer", "客户"],
  sales: ["Sales", "销售"],
  integration: ["Integration", "集成"],
  analytics: ["Analytics", "分析"],
  audit: ["Audit", "审计"],
  "": ["Across services", "跨服务"],
};

export function servicesOf(body) {
  return JSON.parse(body.dataset.services).map((name) => {
    const [en, zh] = KNOWN[name] ?? [name, name];
    const base = name && `/${name}`;
    return { name: name || "suite", en, zh, base, url: `${base}/openapi.json` };
  });
}
