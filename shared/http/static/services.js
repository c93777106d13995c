// The services by their prefixes, in both languages.
const KNOWN = {
  identity: ["Identity", "身份", "People, teams, roles and signing in.", "用户、团队、角色与登录。"],
  customer: ["Customer", "客户", "Accounts, contacts and what was done together.", "客户、联系人与往来活动。"],
  sales: ["Sales", "销售", "Leads, opportunities, products, prices, pipelines.", "线索、商机、产品、价格与销售流程。"],
  integration: ["Integration", "集成", "Imports with dry run, progress and revert.", "导入：试运行、进度与撤回。"],
  analytics: ["Analytics", "分析", "Read-only SQL over documented views.", "在公开视图上的只读 SQL。"],
  audit: ["Audit", "审计", "The event log, replays and the proof that views are true.", "事件日志、重放与视图校验。"],
  "": ["Across services", "跨服务", "Search, the description of all records, health.", "搜索、记录类型说明与健康检查。"],
};

export function servicesOf(body) {
  return JSON.parse(body.dataset.services).map((name) => {
    const [en, zh, en_text, zh_text] = KNOWN[name] ?? [name, name, "", ""];
    const base = name && `/${name}`;
    return { name: name || "suite", en, zh, en_text, zh_text, base, url: `${base}/openapi.json` };
  });
}
