import { describe, expect, test } from 'vitest'
import type { Doc } from '../../meta/meta'
import { bucketOf, daysOf, inOrder, placeOf, plus, weekOf } from './days'

const now = new Date(2026, 10, 29, 12, 0)
const at = (day: number, hour: number) => new Date(2026, 10, day, hour).toISOString()
const activity = (more: object): Doc => ({ id: 'a', version: 1, start: null, due: null, due_on: null, ...more })

describe('days', () => {
  test.each([
    ['2026-11-29', '2026-11-23'],
    ['2026-11-23', '2026-11-23'],
    ['2027-01-01', '2026-12-28'],
  ])('%s is in the week of %s', (day, monday) => expect(weekOf(day)).toBe(monday))
  test('over the end of a month and a year', () =>
    expect([plus('2026-12-31', 1), daysOf('2026-12-28')[6]]).toEqual(['2027-01-01', '2027-01-03']))
  test.each([
    [{ due_on: '2026-11-28', due: at(28, 23) }, 'overdue'],
    [{ due: at(29, 9) }, 'overdue'],
    [{ due: at(29, 15) }, 'today'],
    [{ due_on: '2026-11-29', due: at(29, 23) }, 'today'],
    [{ due_on: '2026-12-06' }, 'week'],
    [{ due_on: '2026-12-07' }, 'later'],
    [{}, 'someday'],
  ])('%j is %s', (more, bucket) => expect(bucketOf(activity(more), now)).toBe(bucket))
  test('what begins stands at its beginning', () => expect(placeOf(activity({ start: at(30, 9), due: at(30, 10) }))?.end).toBe(at(30, 10)))
  test('hours first, then what presses', () => {
    const all = [
      activity({ id: 'low', due_on: '2026-11-30', priority: 'low' }),
      activity({ id: 'high', due_on: '2026-11-30', priority: 'high' }),
      activity({ id: 'hour', due: at(30, 9) }),
      activity({ id: 'never' }),
    ]
    expect(inOrder(all).map((one) => one.id)).toEqual(['hour', 'high', 'low', 'never'])
  })
})
