import { expect, test } from 'vitest'
import type { Doc } from '../../meta/meta'
import { boardOf, daysTo } from './due'

const TODAY = '2026-11-30'
const request = (id: string, due: string, more: Partial<Doc> = {}): Doc => ({
  id,
  version: 1,
  kind: 'access',
  status: 'opened',
  due,
  ...more,
})
const ids = (of: Doc[]) => of.map((one) => one.id)

test('open requests stand by the day they are due, the first one first; the others nowhere', () => {
  const board = boardOf(
    [
      request('later', '2026-12-08'),
      request('in a week', '2026-12-07'),
      request('today', TODAY),
      request('late', '2026-11-29', { status: 'in_progress' }),
      request('done', '2026-11-01', { status: 'fulfilled' }),
      request('approved', '2026-11-01', { kind: 'erasure', status: 'approved' }),
    ],
    TODAY,
    'me',
  )
  expect([board.groups.overdue, board.groups.week, board.groups.later].map(ids)).toEqual([['late'], ['today', 'in a week'], ['later']])
  expect(board.counts).toEqual({ overdue: 1, week: 2, later: 1 })
})

test('an erasure waits for who may approve and has not, and counts by its day all the same', () => {
  const erasures = [
    request('new', '2026-11-29', { kind: 'erasure', approvals: [] }),
    request('half', '2026-12-02', { kind: 'erasure', approvals: ['ada'] }),
    request('mine', '2026-12-02', { kind: 'erasure', approvals: ['me'] }),
  ]
  const board = boardOf(erasures, TODAY, 'me')
  expect(ids(board.mine)).toEqual(['new', 'half'])
  expect(ids(board.groups.week)).toEqual(['mine'])
  expect(board.counts).toEqual({ overdue: 1, week: 2, later: 0 })
  expect(boardOf(erasures, TODAY, undefined).mine).toEqual([])
})

test('days left', () => {
  expect(daysTo('2026-12-01', TODAY)).toBe(1)
  expect(daysTo('2026-11-28', TODAY)).toBe(-2)
})
