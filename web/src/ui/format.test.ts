import { afterEach, expect, test } from 'vitest'
import { clockAt, momentAt, setZone, span } from './format'

afterEach(() => setZone(''))

test.each([
  [0, '0 sec'],
  [3.24, '3.2 sec'],
  [42.4, '42 sec'],
  [59.7, '1 min'],
  [95, '1 min 35 sec'],
  [3600, '1 hr'],
  [3605, '1 hr'],
  [90_061, '1 day 1 hr'],
])('%s seconds are said in their largest units', (seconds, text) => {
  document.documentElement.lang = 'en'
  expect(span(seconds)).toBe(text)
})

// Berlin's clock goes from 2:00 to 3:00 on 29 March 2026 and from 3:00 to 2:00 on 25 October, New York's on 8 March; nobody's is the browser's
test.each([
  ['Asia/Shanghai', '2026-11-24 09:30:00', '2026-11-24T01:30:00.000Z'],
  ['America/New_York', '2026-11-23 20:30:00', '2026-11-24T01:30:00.000Z'],
  ['Asia/Kathmandu', '2026-01-01 00:00:00', '2025-12-31T18:15:00.000Z'],
  ['Europe/Berlin', '2026-03-29 01:59:59', '2026-03-29T00:59:59.000Z'],
  ['Europe/Berlin', '2026-03-29 03:00:00', '2026-03-29T01:00:00.000Z'],
  ['Europe/Berlin', '2026-10-25 02:30:00', '2026-10-25T00:30:00.000Z'],
  ['Europe/Berlin', '2026-10-25 03:00:00', '2026-10-25T02:00:00.000Z'],
  ['America/New_York', '2026-03-08 23:59:59', '2026-03-09T03:59:59.000Z'],
])('in %s the clock shows %s at %s', (zone, clock, moment) => {
  setZone(zone)
  expect(momentAt(clock)?.toISOString()).toBe(moment)
  expect(clockAt(new Date(moment))).toBe(clock)
})

test('an hour that the clock leaves out counts on from the one before; what is no clock is no moment', () => {
  setZone('America/New_York')
  expect(momentAt('2026-03-08 02:30:00')?.toISOString()).toBe('2026-03-08T07:30:00.000Z')
  setZone('Europe/Berlin')
  expect(momentAt('2026-03-29 02:30')?.toISOString()).toBe('2026-03-29T01:30:00.000Z')
  expect(momentAt('2026-03-29 25:30')).toBeUndefined()
})
