// Everything that must hold before a merge, quick ones first: generated files, types, lint and format.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

const STEPS = [
  ['theme', 'node', ['scripts/gen-theme.mjs', '--check']],
  ['api types', 'node', ['scripts/gen-api.mjs', '--check']],
  ['types', 'node', ['node_modules/tsc7/bin/tsc', '-p', '.']],
  ['lint and format', 'node', ['node_modules/@biomejs/biome/bin/biome', 'ci', '--error-on-warnings', '--colors=off']],
]
let failed = 0
for (const [name, command, args] of STEPS) {
  if (args[0].startsWith('scripts/') && !existsSync(args[0])) continue
  const { status } = spawnSync(command, args, { stdio: 'inherit' })
  if (status !== 0) {
    console.error(`check: ${name} failed`)
    failed++
  }
}
process.exit(failed ? 1 : 0)
