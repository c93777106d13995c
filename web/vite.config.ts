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

/** boot.ts is a classic script in the head: it runs before the first paint, so that scheme and language never flash. */
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
        const chunk = Object.values(bundle ?? {}).find((file) => file.type === 'chunk' && file.name === 'boot')
        const src = dev ? '/src/boot.ts' : `/${chunk?.fileName}`
        return [{ tag: 'script', attrs: { src }, injectTo: 'head-prepend' }]
      },
    },
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
      input: { index: 'index.html', boot: 'src/boot.ts' },
      output: {
        codeSplitting: {
          groups: [
            {
              name: 'react',
              test: /node_modules[\\/](react|react-dom|scheduler|@tanstack|i18next|react-i18next|use-sync-external-store)[\\/]/,
              priority: 3,
            },
          ],
        },
      },
    },
  },
  test: { environment: 'happy-dom', include: ['src/**/*.test.{ts,tsx}', 'scripts/*.test.mjs'], css: false },
})
