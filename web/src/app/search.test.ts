import { describe, expect, test } from 'vitest'
import { router } from './router'
import { dashboardSearch, listSearch, recordSearch, signInSearch, timeSearch, treeOf } from './search'

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

  test.each(['2026-99-99', '2026-02-30', 'yesterday', '2026-11-01T99:00:00Z'])('%s is no moment', (at) => {
    expect(recordSearch({ at, known: at, from: at, to: at })).toEqual({})
    expect([listSearch({ at, known: at }), timeSearch({ at })]).toEqual([{}, {}])
  })
  test('two sides are days, moments or versions', () =>
    expect(recordSearch({ from: 2, to: '2026-11-20', at: '2026-11-20T08:00:00+08:00' })).toEqual({
      from: '2',
      to: '2026-11-20',
      at: '2026-11-20T08:00:00+08:00',
    }))

  test('a dashboard is linked to with its period and its other day', () => {
    expect(dashboardSearch({ period: 'year', compare: '2026-01-31' })).toEqual({ period: 'year', compare: '2026-01-31' })
    expect(dashboardSearch({ period: 'day', compare: '2026-01-31T00:00:00Z' })).toEqual({})
  })
  test('a board is linked to with its pipeline and its later moment', () => {
    expect(listSearch({ pipeline: 'p', to: 'now' })).toEqual({ pipeline: 'p', to: 'now' })
    expect(listSearch({ to: 'tomorrow' })).toEqual({})
  })

  test('an unknown tab is none', () => expect(recordSearch({ tab: 'x' })).toEqual({}))

  test.each(['https://evil.example', '//evil.example', '/\\evil.example', '/\t/evil.example', '/\n\\evil.example', 'javascript:alert(1)'])(
    '%j is no way on',
    (to) => expect(signInSearch({ to })).toEqual({}),
  )
  test.each([
    ['/o/account', { at: 'garbage', known: 'x', f: 'x', q: 'y' }, { q: 'y' }],
    ['/o/account/a1', { tab: 'x', from: '1', to: 'now' }, { from: '1' }],
    ['/dashboard', { period: 'x', compare: 'x' }, {}],
    ['/calendar', { week: '2026-99-99' }, {}],
    ['/settings/audit', { since: 'x' }, {}],
    ['/sign-in', { to: '//evil.example' }, {}],
  ])('a page at %s gets nothing of %j but what it knows', (path, raw, known) =>
    expect(router.matchRoutes(path, raw as never).at(-1)?.search).toEqual(known),
  )

  test('a path is one', () => expect(signInSearch({ to: '/o/account' })).toEqual({ to: '/o/account' }))

  test('a tree nested too deep is none', () => {
    let tree: unknown = { field: 'a' }
    for (let n = 0; n < 8; n++) tree = { all: [tree] }
    expect(treeOf(tree)).toBeUndefined()
  })
})
