// Used against a running suite by tests/e2e/test_clients.py: node dist/test/walk.js URL EMAIL PASSWORD
import { connect, has, phrased, type Deal, type ErrorCode } from "../src/index.js";

const [url = "", email = "", password = ""] = process.argv.slice(2);
let token: string | undefined;
const crm = connect(url, () => token);

function needed<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`no ${what}`);
  return value;
}

const signedIn = await crm.identity.POST("/sessions", { body: { email, password } });
token = needed(signedIn.data, "session").access_token;

const account = needed((await crm.customer.POST("/accounts", { body: { name: "Acme" } })).data, "account");
const deal = needed(
  (await crm.sales.POST("/opportunities", { body: { name: "40 seats", account: account.id, amount: "4800.00", currency: "CNY" } })).data,
  "deal",
);
const shown = await crm.sales.GET("/opportunities/{id}", {
  params: { path: { id: deal.id }, query: { min_version: deal.version } },
});
const answer = needed(shown.data, "answer");
if (!has(answer, "amount", "status", "lines")) throw new Error("fields are hidden");
const amount: string | null = answer.amount;
const lines: number = answer.lines.length;

/** The compiler knows the options of a field: a switch that forgets one does not compile. */
function phase(status: Deal["status"]): "open" | "closed" {
  switch (status) {
    case "open":
      return "open";
    case "won":
    case "lost":
      return "closed";
  }
}
// @ts-expect-error an option that the field does not have
const paused = answer.status === "paused";

/** Never called: the compiler refuses it. */
export async function wrong(): Promise<void> {
  // @ts-expect-error a name is a text
  await crm.customer.POST("/accounts", { body: { name: 5 } });
}

const refused = await crm.customer.POST("/accounts", { body: { name: "" } });
const problem = needed(refused.error, "problem");
const codes: ErrorCode[] = (problem.errors ?? []).map((one) => one.code);
// @ts-expect-error a code that nothing raises
const never: ErrorCode = "no-such-code";

const messages = needed((await crm.root.GET("/meta/messages", { params: { query: { language: "zh-TW" } } })).data, "messages");
const first = needed(problem.errors?.find((one) => one.code === "string-too-short"), "error");

console.log(
  JSON.stringify({
    amount,
    phase: paused ? "paused" : phase(answer.status),
    lines,
    codes: codes.sort(),
    type: problem.type,
    said: phrased(messages, first.code, first.params ?? {}),
    never: never.length,
  }),
);
