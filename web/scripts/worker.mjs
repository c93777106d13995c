// Puts the service worker next to index.html, with the list of the files that it keeps and a version made of them, and
// tells the version in version.json: a page that is another one says that there is a new version.
import { createHash } from 'node:crypto'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { closure } from './budget.mjs'

const PAGES = ['home', 'list', 'record', 'calendar', 'notifications'].map((name) => `src/pages/${name}.tsx`)
const WORDS = ['en', 'zh-CN', 'zh-TW'].map((name) => `src/words/${name}/index.ts`)
const SHELL = ['more', 'user-menu'].map((name) => `src/app/shell/${name}.tsx`)
const PARTS = ['list/panel', 'offline/outbox', 'form/create-form'].map((name) => `src/parts/${name}.tsx`)
const INPUTS = ['dialog-kit', 'menu-kit'].map((name) => `src/ui/${name}.tsx`)
const OTHERS = ['/manifest.webmanifest', '/icon.svg']
const FONT = /inter-latin-wght-normal-[^/]*\.woff2$/ // other scripts come from the system, or when they are asked for

/** The files of the shell, without a slash in front: what opens lists, records and the calendar in each language. */
export function shellOf(manifest) {
  const seen = new Set()
  const files = new Set(
    ['index.html', ...PAGES, ...WORDS, ...SHELL, ...PARTS, ...INPUTS, 'src/boot.ts', 'src/early.ts'].flatMap((key) => [
      ...closure(manifest, key, seen),
    ]),
  )
  for (const { assets = [] } of Object.values(manifest)) for (const asset of assets) if (FONT.test(asset)) files.add(asset)
  return [...files].sort()
}

function main(folder) {
  const at = (...parts) => join(folder, ...parts)
  const manifest = JSON.parse(readFileSync(at('.vite', 'manifest.json'), 'utf8'))
  const built = Object.keys(manifest).find((key) => key.endsWith('src/sw/sw.ts'))
  const { file } = manifest[built]
  const code = readFileSync(at(file), 'utf8').replace(/^export\s*\{\s*\};?/m, '')
  if (/^\s*(import|export)\b/m.test(code)) throw new Error('the service worker must be one file without imports')
  const files = ['/', ...OTHERS, ...shellOf(manifest).map((name) => `/${name}`)]
  const version = createHash('sha256')
    .update(JSON.stringify(files) + code + readFileSync(at('index.html')))
    .digest('hex')
    .slice(0, 16)
  writeFileSync(at('sw.js'), `self.__SHELL__=${JSON.stringify({ version, files })};${code}`)
  rmSync(at(file))
  writeFileSync(at('version.json'), JSON.stringify({ version }))
  const index = readFileSync(at('index.html'), 'utf8')
  writeFileSync(at('index.html'), index.replace('<head>', `<head>\n    <meta name="version" content="${version}">`))
}

if (process.argv[1] === import.meta.filename) main(process.argv[2] ?? 'dist')
