// The reference page's own words. What the services say of themselves comes from their OpenAPI documents.
import { language } from "./page.js";

const WORDS = {
  search: ["Search operations", "搜索接口"],
  parameters: ["Parameters", "参数"],
  filters: ["Filters", "筛选条件"],
  body: ["Body", "请求体"],
  example: ["Example", "示例"],
  values: ["values", "个可选值"],
  answers: ["Answers", "响应"],
  tryIt: ["Try it", "试一试"],
  send: ["Send", "发送"],
  sending: ["Sending…", "发送中…"],
  signIn: ["Sign in", "登录"],
  signOut: ["Forget token", "清除令牌"],
  email: ["E-mail", "邮箱"],
  password: ["Password", "密码"],
  token: ["… or an access token", "……或访问令牌"],
  cancel: ["Cancel", "取消"],
  use: ["Use", "使用"],
  wrong: ["That did not work", "登录失败"],
  open: ["no sign-in needed", "无需登录"],
  operations: ["operations", "个接口"],
  elsewhere: ["Another process serves these routes. Open this page at the address that people use.", "这些接口由其他进程提供。请从用户使用的地址打开本页。"],
  failed: ["The document could not be read.", "无法读取接口文档。"],
  noAnswer: ["No answer: ", "无响应："],
  binary: ["bytes of", "字节，类型"],
};

export const t = (name) => WORDS[name][language === "zh" ? 1 : 0];
