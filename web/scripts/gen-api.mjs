// Writes src/api/schema/<service>.ts: the types of what the services take and answer. Paths and commands come from
// `/meta`, so the documents' own are left out. `--check` compares and writes nothing.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import openapiTS, { astToString } from 'openapi-typescript'

const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = fileURLToPath(new URL('../src/api/schema/', import.meta.url))
const python = existsSync(`${root}.venv/bin/python`) ? `${root}.venv/bin/python` : 'python3'
const printed = execFileSync(python, ['-m', 'tests.support.openapi_documents'], { cwd: root, maxBuffer: 1 << 26 })
const check = process.argv.includes('--check')
const stale = []

mkdirSync(folder, { recursive: true })
for (const [name, document] of Object.entries(JSON.parse(printed))) {
  const { Problem, MessageParams, ...own } = document.components.schemas // the same in all: those of the root are enough
  const schemas = { schemas: name === 'root' ? document.components.schemas : own }
  // a field with a default may be left out of a body
  const tree = await openapiTS({ ...document, paths: {}, components: schemas }, { defaultNonNullable: false })
  const text = `// Made by scripts/gen-api.mjs from the OpenAPI document of the service: do not edit.\n${astToString(tree)}`
  const path = `${folder}${name}.ts`
  if (existsSync(path) && readFileSync(path, 'utf8') === text) continue
  stale.push(name)
  if (!check) writeFileSync(path, text)
}
if (check && stale.length) {
  console.error(`src/api/schema is not up to date (${stale.join(', ')}): npm run gen`)
  process.exit(1)
}
