import { expect, test } from 'vitest'
import { heard, isAway, onBack } from './connection'

test('one failure is none, two are: then the suite is away until it answers', () => {
  let back = 0
  onBack(() => {
    back += 1
  })
  heard(false)
  expect(isAway()).toBe(false)
  heard(true)
  heard(false)
  expect(isAway()).toBe(false)
  heard(false)
  expect(isAway()).toBe(true)
  heard(true)
  expect([isAway(), back]).toEqual([false, 1])
})
