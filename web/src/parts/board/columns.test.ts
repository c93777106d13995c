import { expect, test } from 'vitest'
import type { Group } from '../../data/boards'
import { withFurther } from '../../data/further'
import { NONE } from '../../meta/boards'
import type { Doc } from '../../meta/meta'
import { ageOf, columnsOf, movedTo, staleness } from './columns'

const LANES = [
  { key: 'a', title: 'A', ramp: 1 },
  { key: 'b', title: 'B', ramp: 7 },
]
const card = (id: string, stage: string, amount: string, currency = 'EUR'): Doc => ({ id, version: 1, stage, amount, currency })
const group = (key: string, cards: Doc[], sum: string): Group => ({
  key,
  count: cards.length,
  cards,
  next: null,
  sum,
  sums: [{ currency: 'EUR', sum }],
})

test('a column stands there without a card, and a group of no column nowhere', () => {
  const [a, b] = columnsOf(LANES, [group('b', [card('1', 'b', '5')], '5'), group('gone', [], '0')], { field: 'stage', sums: ['amount'] })
  expect([a?.count, a?.cards, a?.sums]).toEqual([0, [], {}])
  expect([b?.count, b?.sums.amount]).toEqual([1, [{ currency: 'EUR', sum: '5' }]])
})

test('columns by a field of one’s own: the value stands within the custom ones, and none has a column, too', () => {
  const lanes = [{ key: NONE, title: 'Without', ramp: 1 }, ...LANES]
  const own = (id: string, size?: string): Doc => ({ id, version: 1, custom: size === undefined ? {} : { size } })
  const groups = [{ ...group('', [own('1'), own('2', 'a')], '0'), key: null }, group('a', [own('3', 'a')], '0')]
  const columns = columnsOf(lanes, groups, { field: 'custom.size', sums: [] })
  expect(columns.map(({ key, count, cards }) => [key, count, cards.map((one) => one.id)])).toEqual([
    [NONE, 1, ['1']],
    ['a', 2, ['2', '3']],
    ['b', 0, []],
  ])
})

test('a card that was just moved is in its new column, and so is its amount', () => {
  const moved = [group('a', [card('1', 'b', '5'), card('2', 'a', '7')], '12'), group('b', [], '0')]
  const [a, b] = columnsOf(LANES, moved, { field: 'stage', sums: ['amount'] })
  expect([a?.count, a?.cards.map((one) => one.id), a?.sums.amount]).toEqual([1, ['2'], [{ currency: 'EUR', sum: '7' }]])
  expect([b?.count, b?.cards.map((one) => one.id), b?.sums.amount]).toEqual([1, ['1'], [{ currency: 'EUR', sum: '5' }]])
})

test('several sums come by their names', () => {
  const totals = {
    amount: { sum: '9', sums: [{ currency: 'EUR', sum: '9' }] },
    weighted: { sum: '3', sums: [{ currency: 'EUR', sum: '3' }] },
  }
  const [a] = columnsOf(LANES, [{ key: 'a', count: 1, totals }], { field: 'stage', sums: ['amount', 'weighted'] })
  expect(a?.sums.weighted).toEqual([{ currency: 'EUR', sum: '3' }])
})

const NOW = Date.parse('2026-11-29T12:00:00Z')
test.each([
  ['2026-11-29T11:00:00Z', 0, undefined],
  ['2026-11-14T11:00:00Z', 15, 'old'],
  ['2026-10-29T11:00:00Z', 31, 'stale'],
  ['', undefined, undefined],
  ['2026-12-29T11:00:00Z', undefined, undefined],
])('since %j is %j days, which is %j', (since, days, how) => {
  expect(ageOf(since, NOW)).toBe(days)
  expect(staleness(days)).toBe(how)
})

test('a card of then knows where it is now', () => {
  const won = { ...card('3', 'b', '5'), status: 'won' }
  const now = new Map([card('1', 'b', '5'), won].map((one) => [one.id, one]))
  const moved = (id: string, stage: string) => movedTo(card(id, stage, '5'), 'stage', ['won', 'lost'], now)
  expect(moved('1', 'a')).toBe('b')
  expect(moved('1', 'b')).toBeUndefined()
  expect(moved('2', 'a')).toBe('')
  expect(moved('3', 'b')).toBe('won')
  expect(movedTo(card('2', 'a', '5'), 'stage', [], undefined)).toBeUndefined()
})

test('what was read below the first cards is added once, and goes on where it ended', () => {
  const groups = [
    { ...group('a', [card('1', 'a', '9')], '30'), next: 'x' },
    { ...group('b', [card('2', 'b', '5')], '5'), next: 'y' },
  ]
  const read = [card('3', 'a', '8'), card('2', 'a', '5'), card('3', 'a', '8')] // 2 has gone to the other column meanwhile
  const [a, b] = withFurther(groups, new Map([['a', { cards: read, next: null }]]))
  expect(a?.cards?.map((one) => one.id)).toEqual(['1', '3'])
  expect([a?.next, b?.next, b?.cards?.length]).toEqual([null, 'y', 1])
})
