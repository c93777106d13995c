// Fails the build where what browsers load grows beyond its budget. Sizes are kB after gzip, of web/dist.
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { gzipSync } from 'node:zlib'

const DIST = new URL('../dist/', import.meta.url).pathname
const BUDGET = { entry: 190, route: 60, charts: 210, styles: 25, language: 25 }
const LANGUAGES = /^(en|zh-CN|zh-TW)-/

const kB = (text) => gzipSync(text).length / 1000
const read = (name) => readFileSync(join(DIST, name))
const page = read('index.html').toString()
const named = (pattern) => [...page.matchAll(pattern)].map((found) => found[1].slice(1))
const scripts = named(/(?:src|modulepreload"[^>]*href)="(\/[^"]+\.js)"/g)
const styles = named(/href="(\/[^"]+\.css)"/g)
const sum = (names) => names.reduce((total, name) => total + kB(read(name)), 0)

const rows = [
  ['entry', sum(scripts), BUDGET.entry],
  ['styles', sum(styles), BUDGET.styles],
]
for (const name of readdirSync(join(DIST, 'assets')).sort()) {
  if (!name.endsWith('.js') || scripts.includes(`assets/${name}`)) continue
  const kind = /^echarts/.test(name) ? 'charts' : LANGUAGES.test(name) ? 'language' : 'route'
  rows.push([`${kind} ${basename(name)}`, kB(read(join('assets', name))), BUDGET[kind]])
}
const over = rows.filter(([, size, most]) => size > most)
for (const [name, size, most] of process.argv.includes('--all') ? rows : [...rows.slice(0, 2), ...over])
  console.log(`${size > most ? 'OVER ' : '     '}${size.toFixed(1).padStart(6)} of ${most} kB  ${name}`)
process.exit(over.length ? 1 : 0)
