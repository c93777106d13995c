import { describe, expect, test } from 'vitest'
import { describe as described } from '../../meta/describe'
import type { MetaType } from '../../meta/meta'
import { clicked, contentOf, looked, quickViews, type SavedView, treeOfView } from './model'

const field = (name: string, more = {}) => ({ name, label: name, kind: 'text', filterable: true, sortable: true, ...more })
const object = described({
  name: 'ship',
  path: '/fleet/ships',
  label: 'Ship',
  plural: 'Ships',
  title: 'name',
  subtitle: [],
  icon: 'anchor',
  group: 'fleet',
  fields: [
    field('name'),
    field('owner', { kind: 'keyword', ref: 'user' }),
    field('worth', { kind: 'decimal', meaning: 'money', currency: 'currency' }),
    field('status', { kind: 'keyword', options: ['open', 'sunk'] }),
  ],
  commands: [],
  related: [],
  rights: {},
  layouts: { list: ['name', 'worth'], list_small: ['name'], detail: [], detail_small: [], create: [], create_small: [] },
} as unknown as MetaType)
const view = {
  id: 'v',
  filters: [{ field: 'owner', op: 'in', value: '@me,b' }],
  conditions: null,
  order: '-worth',
  columns: ['worth', 'gone'],
  widths: { worth: 90 },
  group: ['owner'],
  sums: [],
} as unknown as SavedView

describe('views', () => {
  test('a made-up record type has quick filters', () =>
    expect(quickViews(object).map((one) => one.id)).toEqual(['all', 'open', 'mine', 'team']))
  test('filters of a saved view become a tree', () => expect(treeOfView(view)).toEqual({ field: 'owner', op: 'in', value: ['@me', 'b'] }))
  test('a view decides, fields that are gone are left out, the name always stands first', () =>
    expect(looked(object, {}, view)).toEqual({
      tree: { field: 'owner', op: 'in', value: ['@me', 'b'] },
      sort: '-worth',
      group: 'owner',
      columns: ['name', 'worth'],
      widths: { worth: 90 },
      sums: ['worth'],
      kind: 'list',
      path: '',
      ofView: 'list',
      changed: false,
    }))
  test('a grouping by a field that is gone is none: the view can be saved without it', () => {
    const now = looked(object, {}, { ...view, group: ['custom.gone'] })
    expect([now.group, contentOf(now, {}).group]).toEqual([undefined, []])
    expect(looked(object, { group: 'worth:month' }, view).group).toBe('worth:month')
  })
  test('a sort by a field that is gone is none', () =>
    expect([looked(object, { sort: '-gone,worth' }, view).sort, looked(object, { sort: '-' }, view).sort]).toEqual(['worth', '']))
  test('a view opens as it was saved: as a board, with its widths', () => {
    const now = looked(object, { as: 'board' }, view)
    expect([now.kind, now.changed]).toEqual(['board', true])
    const kept = contentOf(now, { worth: 120.4, gone: 80 })
    expect([kept.kind, kept.widths]).toEqual(['board', { worth: 120 }])
    const again = looked(object, {}, { ...view, ...kept } as SavedView)
    expect([again.kind, again.widths, again.changed]).toEqual(['board', { worth: 120 }, false])
    expect(looked(object, { as: 'list' }, { ...view, ...kept } as SavedView)).toMatchObject({ kind: 'list', changed: true })
  })
  test('a board opens along the path that it was saved with, and another one is a change', () => {
    const now = looked(object, { as: 'board', pipeline: 'p2' }, view)
    expect([now.path, now.changed]).toEqual(['p2', true])
    const kept = { ...view, ...contentOf(now, {}) } as SavedView
    expect(looked(object, {}, kept)).toMatchObject({ path: 'p2', changed: false })
    expect(looked(object, { pipeline: 'p2' }, kept).changed).toBe(false)
    expect(looked(object, { pipeline: 'p1' }, kept)).toMatchObject({ path: 'p1', changed: true })
  })
  test('the address is stronger', () => {
    const now = looked(object, { f: { all: [] }, group: 'none', cols: 'name' }, view)
    expect([now.tree, now.group, now.columns, now.changed]).toEqual([undefined, undefined, ['name'], true])
    expect(contentOf(now, {})).toMatchObject({ filters: [], conditions: null, order: '-worth', columns: ['name'], group: [] })
  })
  test.each([
    ['', 'a', false, 'a'],
    ['a', 'a', false, '-a'],
    ['-a', 'a', false, ''],
    ['a', 'b', false, 'b'],
    ['a', 'b', true, 'a,b'],
    ['a,b', 'a', true, '-a,b'],
    ['-a,b', 'a', true, 'b'],
    ['a,b,c', 'd', true, 'b,c,d'],
  ])('%s, a click on %s (more: %s) → %s', (sort, name, more, wanted) => expect(clicked(sort, name, more)).toBe(wanted))
})
