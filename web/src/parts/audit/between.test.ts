import { expect, test } from 'vitest'
import { describe as described } from '../../meta/describe'
import type { MetaType } from '../../meta/meta'
import type { Show } from '../../meta/show'
import { setZone } from '../../ui/format'
import { type Found, inOrder, instantOf, rowsOf } from './between'

const field = (name: string, more = {}) => ({ name, label: name.toUpperCase(), kind: 'text', writable: true, ...more })
const OBJECT = described({
  name: 'deal',
  path: '/sales/deals',
  title: 'name',
  subtitle: [],
  fields: [field('name'), field('note'), field('score', { writable: false }), field('match_key', { technical: true })],
  commands: [],
  related: [],
  layouts: { list: [], list_small: [], detail: [{ label: '', fields: ['note', 'name'] }], detail_small: [], create: [], create_small: [] },
} as unknown as MetaType)
const SHOW = { place: (of: unknown, record: unknown, names: unknown) => ({ field: of, record, names }) } as unknown as Show
const change = (name: string, from: unknown, to: unknown) => ({ field: name, from, to, set_by: null })
const found = (...fields: Found['fields']): Found => ({ record: 'deal-1', from: 1, to: 4, fields, names: {} })

test('what people set stands in the order of the page, what follows from it apart, what programs need nowhere', () => {
  const { meant, derived } = rowsOf(
    OBJECT,
    found(change('name', 'A', 'B'), change('score', '1', '2'), change('match_key', 'a', 'b'), change('note', null, 'x')),
    SHOW,
  )
  expect(meant.map((row) => row.field.name)).toEqual(['note', 'name'])
  expect(derived.map((row) => row.field.name)).toEqual(['score'])
})

test('what follows stands alone where nobody set anything, and what looks the same is left out', () => {
  const { meant, derived } = rowsOf(OBJECT, found(change('score', '1', '2'), change('note', '', null)), SHOW)
  expect([meant.length, derived.length]).toEqual([1, 0])
})

test('the later moment is not before the earlier one', () => {
  const made = '2026-11-01T08:00:00Z'
  expect(inOrder({ from: '1' }, made)).toBe(true)
  expect(inOrder({ from: '1', to: '2026-11-20' }, made)).toBe(true)
  expect(inOrder({ from: '2026-11-20', to: '2026-11-19T08:00:00Z' }, made)).toBe(false)
  expect(inOrder({ from: '2026-11-19T08:00:00Z', to: '2026-11-19T08:00:00.000Z' }, made)).toBe(true)
  expect(inOrder({ from: '10', to: '9' }, made)).toBe(false)
  expect(inOrder({ from: '7', to: '2026-11-20' }, made)).toBe(true)
})

test('a day ends on the clock of the reader, and of versions only the first has a moment here', () => {
  setZone('Pacific/Auckland')
  expect(instantOf('2026-07-01')).toBe('2026-07-01T11:59:59.000Z')
  setZone('')
  expect([instantOf('1', '2026-11-01T08:00:00Z'), instantOf('1'), instantOf('2', '2026-11-01T08:00:00Z')]).toEqual([
    '2026-11-01T08:00:00Z',
    null,
    null,
  ])
})
