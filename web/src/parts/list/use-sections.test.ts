import { expect, test } from 'vitest'
import { describe as described } from '../../meta/describe'
import { made } from '../../test/made-up'
import { groupChoices, inOrder } from './use-sections'

const type = made.types[0] as (typeof made.types)[0]
const own = [
  { name: 'custom.hull', label: 'Hull', kind: 'keyword' as const, options: ['oak', 'steel'], filterable: true },
  { name: 'custom.note', label: 'Note', kind: 'text' as const, options: ['a', 'b'], filterable: true },
  { name: 'custom.checked', label: 'Checked', kind: 'date' as const, filterable: true },
  { name: 'custom.colours', label: 'Colours', kind: 'keywords' as const, options: ['red'], filterable: true },
]

test('lists are grouped by closed sets, people and days by month, fields of one’s own too; not by texts and lists', () => {
  const boats = described({ ...type, fields: [...type.fields, ...own] })
  expect(groupChoices(boats).map((choice) => choice.value)).toEqual([
    'status',
    'launched:month',
    'sister',
    'owner',
    'updated_at:month',
    'archived',
    'custom.hull',
    'custom.checked:month',
  ])
})

test('groups stand in the order of their values, what has none stands last', () => {
  const sections = (...ids: string[]) => ids.map((id) => ({ id, count: 1 }))
  const order = ['"oak"', '"steel"']
  expect(inOrder(sections('null', '"steel"', '"gone"', '"oak"'), order).map((one) => one.id)).toEqual([
    '"oak"',
    '"steel"',
    '"gone"',
    'null',
  ])
  expect(inOrder(sections('null', '"2026-05-01"', '"2026-06-01"'), []).map((one) => one.id)).toEqual([
    '"2026-05-01"',
    '"2026-06-01"',
    'null',
  ])
})
