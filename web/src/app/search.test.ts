import { describe, expect, test } from 'vitest'
import { listSearch, recordSearch, signInSearch, treeOf } from './search'

describe('addresses', () => {
  test.each([
    [
      { view: 'mine', as: 'board', create: true },
      { view: 'mine', as: 'board', create: true },
    ],
    [{ as: 'table', open: '', q: 7 }, { q: '7' }],
    [{ f: { any: [{ field: 'amount', op: 'ge', value: 5 }] } }, { f: { any: [{ field: 'amount', op: 'ge', value: 5 }] } }],
    [{ f: 'x', sort: ['a'] }, {}],
  ])('%j is read as %j', (raw, known) => expect(listSearch(raw)).toEqual(known))

  test('an unknown tab is none', () => expect(recordSearch({ tab: 'x' })).toEqual({}))

  test.each(['https://evil.example', '//evil.example', '/\\evil.example', 'javascript:alert(1)'])('%s is no way on', (to) =>
    expect(signInSearch({ to })).toEqual({}),
  )
  test('a path is one', () => expect(signInSearch({ to: '/o/account' })).toEqual({ to: '/o/account' }))

  test('a tree nested too deep is none', () => {
    let tree: unknown = { field: 'a' }
    for (let n = 0; n < 8; n++) tree = { all: [tree] }
    expect(treeOf(tree)).toBeUndefined()
  })
})
