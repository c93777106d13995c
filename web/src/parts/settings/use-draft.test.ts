import { expect, test } from 'vitest'
import { cellsOf, grantsOf } from './levels'
import { movedIn, rebased } from './use-draft'

const before = { name: 'North', leads: ['u1'], parent: null as string | null }

test('what others changed comes in where I did not write, and mine stays', () => {
  const mine = { ...before, name: 'My north' }
  const live = { name: 'Their north', leads: ['u1', 'u2'], parent: null }
  expect(rebased(before, mine, live)).toEqual({ name: 'My north', leads: ['u1', 'u2'], parent: null })
  expect(movedIn(before, mine, live)).toEqual([
    { field: 'name', from: 'North', to: 'Their north' },
    { field: 'leads', from: ['u1'], to: ['u1', 'u2'] },
  ])
})

test('what we both wrote, and my own save coming back, are no news', () => {
  const mine = { ...before, name: 'Nord' }
  expect(movedIn(before, mine, mine)).toEqual([])
  expect(rebased(before, mine, mine)).toEqual(mine)
})

test('rights are merged cell by cell: one given, one taken, one mine', () => {
  const was = { account: { read: 'all', edit: 'own' }, lead: { read: 'team' } } as const
  const mine = { account: { read: 'all', edit: 'own' }, lead: { read: 'all' } } as const
  const live = { account: { read: 'all' }, lead: { read: 'team' }, product: { read: 'all' } } as const
  const merged = rebased(cellsOf(was), cellsOf(mine), cellsOf(live))
  expect(grantsOf(merged)).toEqual({ account: { read: 'all' }, lead: { read: 'all' }, product: { read: 'all' } })
  expect(movedIn(cellsOf(was), cellsOf(mine), cellsOf(live)).map(({ field }) => field)).toEqual(['account edit', 'product read'])
})
