import { expect, test } from 'vitest'
import { changeOf, periodOf, type Span, yearTo } from './periods'

test.each([
  ['month', '2026-11-29', 1, 0, '2026-11-01', '2026-11-30'],
  ['month', '2026-01-05', 1, 1, '2025-12-01', '2025-12-31'],
  ['quarter', '2026-11-29', 1, 0, '2026-10-01', '2026-12-31'],
  ['quarter', '2026-11-29', 1, 1, '2026-07-01', '2026-09-30'],
  ['quarter', '2026-01-15', 2, 0, '2025-11-01', '2026-01-31'],
  ['year', '2026-11-29', 1, 0, '2026-01-01', '2026-12-31'],
  ['year', '2026-03-31', 4, 0, '2025-04-01', '2026-03-31'],
  ['year', '2026-04-01', 4, 1, '2025-04-01', '2026-03-31'],
  ['month', '2028-02-10', 1, 0, '2028-02-01', '2028-02-29'],
] as [Span, string, number, number, string, string][])(
  'the %s of %s (fiscal year from %i), %i back',
  (span, day, first, back, from, to) => {
    expect(periodOf(span, day, first, back)).toEqual({ from, to })
  },
)

test('twelve months end with the one of the day', () => expect(yearTo('2026-11-29')).toEqual({ from: '2025-12-01', to: '2026-11-30' }))

test.each([
  ['150', '100', 50],
  [80, 100, -20],
  [5, 0, undefined],
  [null, 3, undefined],
  ['12.5', null, undefined],
])('%j after %j is %j per cent more', (now, before, change) => expect(changeOf(now, before)).toBe(change))
