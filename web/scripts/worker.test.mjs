import { expect, test } from 'vitest'
import { shell } from './budget.mjs'
import { shellOf } from './worker.mjs'

const MANIFEST = {
  'index.html': {
    file: 'index.js',
    isEntry: true,
    css: ['index.css'],
    assets: ['inter-latin-wght-normal-x.woff2', 'inter-greek-wght-normal-x.woff2'],
  },
  'src/boot.ts': { file: 'boot.js', isEntry: true },
  'src/pages/list.tsx': { file: 'list.js', isDynamicEntry: true, imports: ['index.html', '_grid'] },
  'src/pages/settings.tsx': { file: 'settings.js', isDynamicEntry: true },
  'src/words/en/index.ts': { file: 'en.js', isDynamicEntry: true },
  _grid: { file: 'grid.js' },
}

test('the shell is what lists, records and the calendar need, with one font', () => {
  expect(shellOf(MANIFEST)).toEqual(
    ['boot.js', 'en.js', 'grid.js', 'inter-latin-wght-normal-x.woff2', 'index.css', 'index.js', 'list.js'].sort(),
  )
})

test('its size is that of all files that the worker names', () => {
  const script = 'self.__SHELL__={"version":"1","files":["/","/a.js"]};const x={}'
  expect(shell(script, (file) => ({ 'index.html': 1_000, 'a.js': 2_000 })[file])).toEqual({ kind: 'shell', name: 'sw.js', size: 3 })
})
