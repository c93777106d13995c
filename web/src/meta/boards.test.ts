import { expect, test } from 'vitest'
import { lanesOf, refusalOf, straysOf, withStrays } from '../parts/board/lanes'
import { moverOf } from '../parts/board/use-move'
import { made } from '../test/made-up'
import { boardBy, columnChoices, NONE } from './boards'
import { describe, type Override } from './describe'
import type { MetaField, MetaType } from './meta'

const own: MetaField = {
  name: 'custom.berth_size',
  label: 'Berth size',
  kind: 'keyword',
  options: ['s', 'l'],
  filterable: true,
  writable: true,
}
const boat = (more: Partial<MetaType> = {}, override: Override = {}) => {
  const type = made.types[0] as MetaType
  return describe({ ...type, fields: [...type.fields, own], ...more }, override)
}

test('columns go by the field of the type, and by each other closed set', () => {
  const type = boat()
  expect(columnChoices(type).map((field) => field.name)).toEqual(['status', 'custom.berth_size'])
  expect(boardBy(type, undefined)).toBe(type)
  expect(boardBy(type, 'berth')).toBe(type) // no closed set
  const text = boat({ fields: [...(made.types[0] as MetaType).fields, { ...own, kind: 'text' }] })
  expect(columnChoices(text).map((field) => field.name)).toEqual(['status']) // a board by a text is refused
  expect(boardBy(type, 'custom.berth_size').boardField).toBe('custom.berth_size')
})

test('a type without a board has one as soon as it has a closed set of its own', () => {
  expect(columnChoices(boat({ board: null })).map((field) => field.name)).toEqual(['status', 'custom.berth_size'])
  expect(columnChoices(describe({ ...(made.types[0] as MetaType), board: null }))).toEqual([])
})

test('a field that may be empty has a column for that, and every column can be reached', () => {
  const type = boardBy(boat(), 'custom.berth_size')
  const lanes = lanesOf(type, undefined, undefined)
  expect(lanes.map((lane) => lane.key)).toEqual([NONE, 's', 'l'])
  const card = { id: 'b1', version: 1, custom: { berth_size: 's' } }
  expect([NONE, 's', 'l'].map((to) => refusalOf(type, card, to, undefined))).toEqual([undefined, undefined, undefined])
  expect(lanesOf(boat(), undefined, undefined).map((lane) => lane.key)).toEqual(['afloat', 'sunk'])
})

test('the ways off a path are rails beside another field, and columns of the status itself', () => {
  const ends = { sunk: 'harbour.Sink' }
  const bySize = boardBy(boat({ board: 'custom.berth_size' }, { ends }), 'custom.berth_size')
  const byStatus = boardBy(boat({ board: 'custom.berth_size' }, { ends }), 'status')
  expect([bySize.ends, byStatus.ends, byStatus.moves]).toEqual([ends, undefined, ends])
})

test('what no column is for is shown all the same, and nothing can be moved there', () => {
  const groups = [null, 's', 'xl'].map((key) => ({ key, count: 1 }))
  const shown = (readOnly: boolean) => {
    const type = boardBy(boat({ fields: [...(made.types[0] as MetaType).fields, { ...own, writable: !readOnly }] }), own.name)
    const lanes = lanesOf(type, undefined, undefined)
    const all = withStrays(type, lanes, straysOf(type, lanes, groups)).map((lane) => lane.key)
    return [all, all.filter((key) => moverOf(type, key))]
  }
  expect(shown(false)).toEqual([
    [NONE, 's', 'l', 'xl'],
    [NONE, 's', 'l'],
  ])
  expect(shown(true)).toEqual([[NONE, 's', 'l', 'xl'], []]) // who may only read it misses no card
})

test('a column that is called as a way off the path sets its field', () => {
  const ends = { s: 'harbour.Sink', sunk: 'harbour.Sink' }
  const type = boardBy(boat({}, { ends }), own.name)
  expect([type.ends, moverOf(type, 's')?.name, moverOf(type, 'sunk')?.name]).toEqual([
    { sunk: 'harbour.Sink' },
    'harbour.ChangeBoatDetails',
    'harbour.Sink',
  ])
})

test('by the status a card goes off the path and back onto it', () => {
  const override = { ends: { sunk: 'harbour.Sink' }, backs: { afloat: 'harbour.Raise' } }
  const byStatus = boardBy(boat({ board: own.name }, override), 'status')
  expect(byStatus.moves).toEqual({ sunk: 'harbour.Sink', afloat: 'harbour.Raise' })
  expect(boardBy(boat({ board: own.name }, override), own.name).moves).toBeUndefined()
})
