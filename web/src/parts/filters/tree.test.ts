import { describe, expect, test } from 'vitest'
import { typesOf } from '../../meta/describe'
import { made } from '../../test/made-up'
import { both, countOf, groupOf, isNothing, isRelative, replaced, treeFrom, unknownIn, withOperator } from './tree'
import { namedIn } from './use-names'

const owner = { field: 'owner', op: 'in', value: ['@me'] }
const large = { field: 'amount', op: 'ge', value: '1000' }

describe('filters', () => {
  test('there and back', () => {
    const tree = { all: [owner, { any: [large, { none: [owner] }] }] }
    expect(treeFrom(groupOf(tree))).toEqual(tree)
    expect(countOf(groupOf(tree))).toBe(3)
  })
  test('one condition stands in a group', () => expect(treeFrom(groupOf(large))).toEqual({ all: [large] }))
  test('what has no value yet is not asked', () =>
    expect(treeFrom({ way: 'all', parts: [{ field: 'name', op: 'contains' }, { way: 'any', parts: [] }, large] })).toEqual({
      all: [large],
    }))
  test.each([
    [undefined, large, large],
    [owner, { all: [] }, owner],
    [owner, large, { all: [owner, large] }],
    [null, undefined, undefined],
  ])('%j and %j hold as %j', (one, other, together) => expect(both(one, other)).toEqual(together))
  test('an empty tree is nothing', () => expect(isNothing({ all: [] })).toBe(true))
  test.each([
    ['in', 'a', ['a']],
    ['eq', ['a', 'b'], 'a'],
    ['empty', 'a', true],
  ])('to %s', (op, value, wanted) => expect(withOperator({ field: 'f', op: 'ne', value }, op).value).toEqual(wanted))
  test('parts go and change', () => expect([replaced([1, 2], 0, undefined), replaced([1, 2], 1, 5)]).toEqual([[2], [1, 5]]))
  test('relative days', () => expect(['@me', 'today', '-7d', '2026-01-01', ''].map(isRelative)).toEqual([true, true, true, false, false]))
  test('what an address names: records by their type, and fields that there are not', () => {
    const boat = typesOf(made).type('boat')
    if (!boat) throw new Error('no boat')
    const sister = { field: 'sister', value: 'b2' }
    const tree = { all: [{ field: 'owner', op: 'in', value: ['@me', 'u2', 'u1'] }, { any: [sister, { field: 'gone', value: 1 }] }] }
    expect([...namedIn(boat, tree)]).toEqual([
      ['user', ['u1', 'u2']],
      ['boat', ['b2']],
    ])
    expect([unknownIn(boat, tree), unknownIn(boat, { field: 'id', value: 'b1' }), unknownIn(boat, undefined)]).toEqual([['gone'], [], []])
  })
})
