// One typed client per service: `connect(url, () => token).sales.GET("/opportunities", …)`.
import createClient, { type Client, type Middleware } from "openapi-fetch";
import type { paths as Analytics } from "./generated/analytics.js";
import type { paths as Audit } from "./generated/audit.js";
import type { paths as Customer } from "./generated/customer.js";
import type { paths as Identity } from "./generated/identity.js";
import type { paths as Integration } from "./generated/integration.js";
import type { components, paths as Root } from "./generated/root.js";
import type { components as SalesParts, paths as Sales } from "./generated/sales.js";

/** RFC 9457 problem details, the same from every service. */
export type Problem = components["schemas"]["Problem"];
export type ErrorCode = components["schemas"]["FieldProblem"]["code"];
export type Messages = components["schemas"]["Messages"];
/** A whole record; an answer may hold a part of it (see `has`). */
export type Deal = SalesParts["schemas"]["Opportunity"];

export interface Crm {
  root: Client<Root>;
  identity: Client<Identity>;
  customer: Client<Customer>;
  sales: Client<Sales>;
  analytics: Client<Analytics>;
  audit: Client<Audit>;
  integration: Client<Integration>;
}

/** token: the access token of now; undefined before anybody has signed in. */
export function connect(url: string, token: () => string | undefined = () => undefined): Crm {
  const signed: Middleware = {
    onRequest({ request }) {
      const now = token();
      if (now !== undefined) request.headers.set("Authorization", `Bearer ${now}`);
      return request;
    },
  };
  function of<Paths extends {}>(prefix: string): Client<Paths> {
    const client = createClient<Paths>({ baseUrl: `${url}${prefix}` });
    client.use(signed);
    return client;
  }
  return {
    root: of<Root>(""),
    identity: of<Identity>("/identity"),
    customer: of<Customer>("/customer"),
    sales: of<Sales>("/sales"),
    analytics: of<Analytics>("/analytics"),
    audit: of<Audit>("/audit"),
    integration: of<Integration>("/integration"),
  };
}

/**
 * The text of an error in the language of `messages`: that of its code whose parameters the error has. Words among them are in
 * the language that the request asked for (`Accept-Language`).
 */
export function phrased(messages: Messages, code: ErrorCode, params: Record<string, unknown> = {}): string | undefined {
  const names = Object.keys(params).sort().join();
  const found = messages.codes[code]?.find((one) => one.params.join() === names);
  return found?.text.replace(/\{(\w+)\}/g, (_, name: string) => String(params[name]));
}

/** Whether a record has these fields: what was not asked for, or is hidden from the caller, is left out of an answer. */
export function has<R extends object, K extends keyof R>(record: R, ...fields: K[]): record is R & { [P in K]-?: Exclude<R[P], undefined> } {
  return fields.every((field) => record[field] !== undefined);
}
