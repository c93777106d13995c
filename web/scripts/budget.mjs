// Holds the sizes of what was built, in kB (1000 bytes) after gzip: what a page loads over the wire, not what stands on
// the disk. A route is what its page adds to the entry; a part (a dialog, an input) comes after the first paint, with what it
// shares with others. The shell is what the service worker keeps. Fails with every size that is too large.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

export const BUDGETS = { entry: 190, route: 60, part: 80, charts: 210, words: 27, styles: 25, shell: 450 }

/** Files (scripts and styles) that loading a chunk of Vite's manifest brings, with all that it imports at once. */
export function closure(manifest, key, seen = new Set()) {
  const chunk = manifest[key]
  if (seen.has(key) || !chunk) return new Set()
  seen.add(key)
  const files = new Set([chunk.file, ...(chunk.css ?? [])])
  for (const next of chunk.imports ?? []) for (const file of closure(manifest, next, seen)) files.add(file)
  return files
}

export function kindOf(key) {
  if (/echarts|(^|\/)parts\/chart\//.test(key)) return 'charts'
  if (/(^|\/)src\/(ui|parts)\//.test(key)) return 'part'
  return /(^|\/)words\//.test(key) ? 'words' : 'route'
}

/** Rows of {kind, name, size in kB}: the entry, each chunk that is loaded when asked for, the style sheets of each page. */
export function sizes(manifest, sizeOf) {
  const total = (files, suffix) => [...files].filter((file) => file.endsWith(suffix)).reduce((sum, file) => sum + sizeOf(file), 0) / 1000
  const entry = Object.keys(manifest).find((key) => key.endsWith('index.html'))
  const atOnce = closure(manifest, entry)
  const rows = [
    { kind: 'entry', name: entry, size: total(atOnce, '.js') },
    { kind: 'styles', name: entry, size: total(atOnce, '.css') },
  ]
  for (const [key, chunk] of Object.entries(manifest)) {
    if (!chunk.isDynamicEntry) continue
    const files = closure(manifest, key)
    const added = new Set([...files].filter((file) => !atOnce.has(file)))
    rows.push({ kind: kindOf(key), name: key, size: total(added, '.js') })
    rows.push({ kind: 'styles', name: key, size: total(new Set([...atOnce, ...files]), '.css') })
  }
  return rows
}

/** What the service worker fetches when it is installed: its script says it. */
export function shell(script, sizeOf) {
  const { files } = JSON.parse(script.slice(script.indexOf('{'), script.indexOf('};') + 1))
  const size = files.reduce((sum, file) => sum + sizeOf(file === '/' ? 'index.html' : file.slice(1)), 0) / 1000
  return { kind: 'shell', name: 'sw.js', size }
}

export const tooLarge = (rows) => rows.filter(({ kind, size }) => size > BUDGETS[kind])

const shown = ({ kind, name, size }) => `${kind.padEnd(7)}${size.toFixed(1).padStart(7)} of ${BUDGETS[kind]} kB  ${name}`

function main(folder) {
  const manifest = JSON.parse(readFileSync(join(folder, '.vite', 'manifest.json'), 'utf8'))
  const sizeOf = (file) => gzipSync(readFileSync(join(folder, file)), { level: 9 }).length
  const rows = sizes(manifest, sizeOf)
  if (existsSync(join(folder, 'sw.js'))) rows.push(shell(readFileSync(join(folder, 'sw.js'), 'utf8'), sizeOf))
  const largest = (kind) => rows.filter((row) => row.kind === kind).sort((a, b) => b.size - a.size)[0]
  for (const row of Object.keys(BUDGETS).map(largest)) if (row) console.log(shown(row))
  const wrong = tooLarge(rows)
  for (const row of wrong) console.error(`too large: ${shown(row)}`)
  process.exitCode = wrong.length ? 1 : 0
}

if (process.argv[1] === import.meta.filename) main(process.argv[2] ?? 'dist')
