import { expect, test } from 'vitest'
import { sizes, tooLarge } from './budget.mjs'

const MANIFEST = {
  'index.html': { file: 'index.js', isEntry: true, imports: ['_react'], css: ['index.css'] },
  'src/boot.ts': { file: 'boot.js', isEntry: true },
  _react: { file: 'react.js' },
  _grid: { file: 'grid.js', imports: ['_react'], css: ['grid.css'] },
  'src/pages/list.tsx': { file: 'list.js', isDynamicEntry: true, imports: ['index.html', '_grid'] },
  'src/words/en/index.ts': { file: 'en.js', isDynamicEntry: true },
  'src/parts/chart/echarts.ts': { file: 'echarts.js', isDynamicEntry: true },
}
const SIZES = { 'react.js': 100_000, 'index.js': 50_000, 'grid.js': 40_000, 'list.js': 10_000, 'index.css': 9_000, 'grid.css': 2_000 }
const rowsOf = (sizesOf) => sizes(MANIFEST, (file) => sizesOf[file] ?? 1_000)

test('a route is what it adds to the entry; styles are those of a page', () => {
  const rows = rowsOf(SIZES)
  expect(rows.map(({ kind, size }) => `${kind} ${size}`)).toEqual([
    'entry 150',
    'styles 9',
    'route 50',
    'styles 11',
    'words 1',
    'styles 9',
    'charts 1',
    'styles 9',
  ])
  expect(tooLarge(rows)).toEqual([])
})

test.each([
  ['react.js', 'entry'],
  ['grid.js', 'route'],
  ['en.js', 'words'],
  ['echarts.js', 'charts'],
  ['grid.css', 'styles'],
])('a larger %s breaks the budget of %s', (file, kind) => {
  const rows = rowsOf({ ...SIZES, [file]: 300_000 })
  expect([...new Set(tooLarge(rows).map((row) => row.kind))]).toEqual([kind])
})
