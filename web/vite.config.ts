import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'

const SUITE = process.env.CRM_URL ?? 'http://127.0.0.1:8000'
/** The cookie is taken from the same origin alone, so the suite must see the address that the browser has. */
const PROXY = () => Object.fromEntries(SERVICES.map((name) => [`^/${name}(/|$|\\?)`, { target: SUITE, changeOrigin: false }]))
const SERVICES = [
  'identity',
  'customer',
  'sales',
  'analytics',
  'audit',
  'integration',
  'imports',
  'bulk',
  'changes',
  'meta',
  'search',
  'docs',
  'healthz',
  'readyz',
]

const WORDS = /src\/words\/([\w-]+)\/index\.ts$/

/**
 * boot.ts is a classic script in the head: it runs before the first paint, so that scheme and language never flash. It knows
 * the language, so it fetches its words. early.ts comes next, alone, and asks who is there while the program arrives.
 */
function boot(): Plugin {
  let dev = false
  return {
    name: 'crm-boot',
    configResolved: (config) => {
      dev = config.command === 'serve'
    },
    transformIndexHtml: {
      order: 'post',
      handler: (_, { bundle }) => {
        const chunks = Object.values(bundle ?? {}).filter((file) => file.type === 'chunk')
        const src = (name: string) => (dev ? `/src/${name}.ts` : `/${chunks.find((chunk) => chunk.name === name)?.fileName}`)
        const words = chunks.flatMap(({ facadeModuleId, fileName }) => {
          const language = WORDS.exec(facadeModuleId ?? '')?.[1]
          return language ? [[`data-words-${language.toLowerCase()}`, `/${fileName}`]] : []
        })
        return [
          { tag: 'script', attrs: { src: src('boot'), ...Object.fromEntries(words) }, injectTo: 'head-prepend' },
          { tag: 'script', attrs: { type: 'module', src: src('early') }, injectTo: 'head-prepend' },
        ]
      },
    },
  }
}

interface Graph {
  getModuleInfo(id: string): { importedIds: readonly string[]; code: string | null } | null
}
const src = (path: string) => fileURLToPath(new URL(`src/${path}`, import.meta.url))
const ALONE = [src('main.tsx'), src('api/ahead.ts')]

/** The own modules that one of them imports at once, itself too, and the icons that they show. */
function reached(from: string, graph: Graph): Set<string> {
  const [found, icons] = [new Set([src(from)]), new Set<string>()]
  for (const one of found) {
    const { importedIds = [], code } = graph.getModuleInfo(one) ?? {}
    for (const next of importedIds) if (next.startsWith(src(''))) found.add(next)
    for (const [icon] of code?.matchAll(/\bIcon[A-Z]\w+/g) ?? []) icons.add(icon) // their package names all in one file
  }
  return new Set([...found, ...icons])
}

/** What the entry needs at once stands in one file, what lists and records share in another: many small ones cost more than they weigh. */
function together() {
  let groups: [string, Set<string>][] | undefined
  return (id: string, graph: Graph) => {
    if (!groups) {
      const [app, list, record] = ['main.tsx', 'pages/list.tsx', 'pages/record.tsx'].map((one) => reached(one, graph)) as [
        Set<string>,
        Set<string>,
        Set<string>,
      ]
      groups = [
        ['app', new Set([...app].filter((one) => !ALONE.includes(one)))],
        ['desk', new Set([...list].filter((one) => record.has(one)))],
      ]
    }
    const name = /icons-react\W.*\W(Icon\w+)\.mjs$/.exec(id)?.[1] ?? id
    return groups.find(([, members]) => members.has(name))?.[0] ?? null
  }
}

export default defineConfig({
  plugins: [react(), boot()],
  server: { port: 5173, proxy: PROXY() },
  preview: { port: 4173, proxy: PROXY() },
  build: {
    target: 'es2022',
    manifest: true, // scripts/budget.mjs reads it
    assetsInlineLimit: 0, // the content security policy allows no data: fonts
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: { index: 'index.html', boot: 'src/boot.ts', early: 'src/early.ts', sw: 'src/sw/sw.ts' },
      output: {
        codeSplitting: {
          groups: [
            {
              name: 'react',
              test: /node_modules[\\/](react|react-dom|scheduler|@tanstack|i18next|use-sync-external-store)[\\/]/,
              priority: 3,
            },
            { name: 'field', test: /src\/ui\/field\.tsx$/, priority: 3 }, // with the parts of Mantine that all inputs share
            { name: together(), debugName: 'together', priority: 2 },
          ],
        },
      },
    },
  },
  test: { environment: 'happy-dom', include: ['src/**/*.test.{ts,tsx}', 'scripts/*.test.mjs'], css: false },
})
