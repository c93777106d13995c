// Writes the types of each service of a running suite: node generate.mjs http://127.0.0.1:8000
import { mkdir, writeFile } from "node:fs/promises";
import openapiTS, { astToString } from "openapi-typescript";

const url = process.argv[2];
const documents = { root: "", identity: "/identity", customer: "/customer", sales: "/sales", analytics: "/analytics", audit: "/audit", integration: "/integration" };

await mkdir("src/generated", { recursive: true });
for (const [name, path] of Object.entries(documents)) {
  const answer = await fetch(`${url}${path}/openapi.json`);
  if (!answer.ok) throw new Error(`${answer.url} answered ${answer.status}`);
  // a field with a default may be left out of a body
  const tree = await openapiTS(await answer.json(), { defaultNonNullable: false });
  await writeFile(`src/generated/${name}.ts`, astToString(tree));
}
