import { afterEach, expect, test } from 'vitest'
import type { Doc } from '../meta/meta'
import { setOwnZone, setZone } from '../ui/format'
import { type Change, firstOf, justBefore, ListNews } from './list-news'

afterEach(() => [setZone(''), setOwnZone('')])

const boat = (id: string, name: string, status = 'afloat'): Doc => ({ id, version: 1, name, status })

/** A list of boats afloat by name, of which the first two are read; the third lies below. */
function list(order = ['name']) {
  const rows = new Map([boat('a', 'Ada'), boat('b', 'Bea')].map((one) => [one.id, one]))
  const now = new Set(['a', 'b', 'below'])
  const before = new Set(['a', 'b', 'below'])
  const asked: (string | undefined)[] = []
  const news = new ListNews({
    order,
    rows: () => rows,
    pages: () => [],
    empty: () => false,
    among: async (ids, known) => {
      asked.push(known)
      return new Set(ids.filter((id) => (known ? before : now).has(id)))
    },
  })
  const hear = async (doc: Doc, change: Partial<Change> = {}) => {
    await news.judge(new Map([[doc.id, { version: 2, at: '2026-05-05T10:00:00.000001Z', ...change }]]), new Map([[doc.id, doc]]))
    if (rows.has(doc.id)) rows.set(doc.id, doc) // rows take their new values where they stand
  }
  return { news, now, asked, hear, marks: () => Object.fromEntries(news.now().marks) }
}

test('what came is counted once, what was below all along is not', async () => {
  const { news, now, hear, asked } = list()
  expect(news.now().held).toBe(false)
  await hear(boat('below', 'Zoe'))
  expect(news.now()).toMatchObject({ fresh: 0, held: false, touched: true })
  now.add('new').add('came')
  await hear(boat('new', 'Mia'), { version: 1 })
  await hear(boat('new', 'Mia II'))
  await hear(boat('came', 'Lea'))
  expect(news.now().fresh).toBe(2)
  expect(asked).toContain('2026-05-05T10:00:00.000000Z')
  now.delete('new')
  await hear(boat('new', 'Mia', 'sunk'))
  expect(news.now().fresh).toBe(1)
})

test('rows that would stand elsewhere or nowhere are marked, and unmarked when they are back', async () => {
  const { news, now, hear, marks } = list()
  await hear({ ...boat('a', 'Ada'), berth: 'C7' })
  expect(marks()).toEqual({})
  await hear(boat('a', 'Zoe'))
  now.delete('b')
  await hear(boat('b', 'Bea', 'sunk'))
  expect(marks()).toEqual({ a: 'moved', b: 'left' })
  expect(news.now().fresh).toBe(0)
  await hear(boat('a', 'Ada'))
  now.add('b')
  await hear(boat('b', 'Bea'))
  expect(marks()).toEqual({})
  await hear(boat('a', 'Zoe'))
  news.reset()
  expect(news.now()).toMatchObject({ fresh: 0, marks: new Map(), many: false, held: false, touched: false })
})

test('what was found out about an earlier reading marks nothing', async () => {
  const { news, now, hear, marks } = list()
  now.delete('a')
  const judged = hear(boat('a', 'Ada', 'sunk'))
  news.reset()
  await judged
  expect([marks(), news.now().touched]).toEqual([{}, false])
})

test('headings wait while changes are to be judged, and afterwards as long as there is something to tell', async () => {
  const { news, hear } = list()
  news.hold()
  await hear({ ...boat('a', 'Ada'), berth: 'C7' })
  expect(news.now().held).toBe(true)
  news.settle()
  expect(news.now()).toMatchObject({ held: false, touched: true })
  await hear(boat('a', 'Zoe'))
  expect(news.now().held).toBe(true)
})

test.each([
  ['2026-05-05T10:00:00.000100Z', '2026-05-05T10:00:00.000099Z'],
  ['2026-01-01T00:00:00.000000Z', '2025-12-31T23:59:59.999999Z'],
])('before %s is %s', (at, before) => expect(justBefore(at)).toBe(before))

test('another day of the same group moves no row', async () => {
  const { news, hear, marks } = list(['launched:month'])
  const launched = (day: string) => ({ ...boat('a', 'Ada'), launched: day })
  await hear(launched('2026-05-01'))
  news.reset()
  await hear(launched('2026-05-31'))
  expect(marks()).toEqual({})
  await hear(launched('2026-06-01'))
  expect(marks()).toEqual({ a: 'moved' })
})

test.each([
  ['2026-05-31', 'day', '2026-05-31'],
  ['2026-05-31', 'week', '2026-05-25'],
  ['2026-05-31', 'month', '2026-05-01'],
  ['2026-05-31', 'quarter', '2026-04-01'],
  ['2026-05-31T12:00:00Z', 'year', '2026-01-01'],
])('%s lies in the %s of %s', (day, unit, first) => expect(firstOf(day, unit)).toBe(first))

test('groups are cut by the days of the organisation, whoever reads', () => {
  setZone('America/New_York')
  setOwnZone('Asia/Shanghai')
  expect(firstOf('2026-05-31T17:00:00Z', 'month')).toBe('2026-06-01')
  expect(firstOf('2026-05-31', 'month')).toBe('2026-05-01')
})
