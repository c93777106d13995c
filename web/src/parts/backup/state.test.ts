import { describe, expect, test } from 'vitest'
import type { Backups } from './answers'
import { stateOf } from './state'

const NOW = Date.parse('2026-11-29T08:00:00Z')
const seconds = { rpo_seconds: 0, log_seconds: 1, views_seconds: 2 }
const drill = (at: string, ok = true) => ({ at, ok, events: 9, ...seconds, differences: [], counts: [] })
const made = (more: Partial<Backups>): Backups => ({
  archives: true,
  lag_seconds: 5,
  problem: '',
  full: null,
  incremental: null,
  newest: null,
  listed: [],
  drill: drill('2026-11-27T08:00:00Z'),
  drills: [],
  ...more,
})

describe('the state of the backups', () => {
  test.each([
    ['good', {}],
    ['none', { archives: false, lag_seconds: null, drill: null }],
    ['drillFailed', { archives: false, lag_seconds: null, drill: drill('2026-11-28T08:00:00Z', false) }],
    ['drillFailed', { drill: drill('2026-11-28T08:00:00Z', false) }],
    ['failing', { problem: 'no room', drill: drill('2026-11-28T08:00:00Z', false) }],
    ['behind', { lag_seconds: 61 }],
    ['behind', { lag_seconds: null }],
    ['undrilled', { drill: null }],
    ['undrilled', { drill: drill('2026-11-20T08:00:00Z') }],
  ] as const)('%s', (state, more) => {
    expect(stateOf(made(more as Partial<Backups>), NOW)).toBe(state)
  })
})
