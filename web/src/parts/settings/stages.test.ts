import { expect, test } from 'vitest'
import { freeKey, isGate, moved, NO_GATE } from './stages'

test.each([
  ['b', 0, 'bacd'],
  ['a', 3, 'bcda'],
  ['d', 1, 'adbc'],
  ['c', 9, 'abdc'],
])('%s to place %s', (key, to, order) => {
  expect(moved([...'abcd'], key, to).join('')).toBe(order)
})

test.each([
  ['Demo given', [], 'demo_given'],
  ['Demo given', ['demo_given'], 'demo_given_2'],
  ['演示', ['stage_1'], 'stage_2'],
])('%s gets a key of its own', (label, taken, key) => {
  expect(freeKey(label, taken)).toBe(key)
})

test('a gate that asks for nothing is none', () => {
  expect(isGate(NO_GATE)).toBe(false)
  expect(isGate({ ...NO_GATE, back: [] })).toBe(true)
  expect(isGate({ ...NO_GATE, fields: ['amount'] })).toBe(true)
})
