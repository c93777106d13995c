import { afterEach, expect, test } from 'vitest'
import { setZone } from '../../ui/format'
import { stopsOf } from './list-strip'

afterEach(() => setZone(''))

test.each([
  ['Asia/Shanghai', '2026-06-30', '2026-06-30'],
  ['UTC', '2026-06-29', '2026-05-31'],
])('the strip ends the day before that of the reader in %s', (zone, day, month) => {
  setZone(zone)
  const late = Date.parse('2026-06-30T17:00:00Z') // in Shanghai it is July
  expect(stopsOf([{ at: day, count: 3 }], 'day', late).at(-1)).toMatchObject({ at: day, count: 3 })
  expect(stopsOf([], 'month', late).at(-1)?.at).toBe(month)
})
