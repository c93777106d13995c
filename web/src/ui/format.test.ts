import { expect, test } from 'vitest'
import { span } from './format'

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
