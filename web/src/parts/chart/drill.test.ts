import { expect, test } from 'vitest'
import { describe as described } from '../../meta/describe'
import type { MetaType } from '../../meta/meta'
import { made } from '../../test/made-up'
import { behind, columnsBehind } from './drill'

const PERIOD = { from: '2026-10-01', to: '2026-12-31' }
const OPEN = { field: 'status', value: 'open' }
const opened = (op: string, value: unknown) => ({ field: 'opened_on', op, value })

test.each([
  ['0-30', [opened('ge', '2026-10-31')]],
  ['31-60', [opened('ge', '2026-10-01'), opened('le', '2026-10-30')]],
  ['91+', [opened('le', '2026-08-31')]],
  ['', [opened('empty', true)]],
])('deals of the age %s are those that were opened then', (age, days) =>
  expect(behind('open_ageing', 'age', { age }, PERIOD, '2026-11-30')).toEqual({ all: [OPEN, ...days] }),
)

test('a list behind a bar shows the day that the figure goes by, where the person sees it', () => {
  const deals = described(made.types[0] as MetaType)
  const [first, ...usual] = deals.layouts.list
  expect([columnsBehind('revenue', deals), columnsBehind('pipeline', deals)]).toEqual([undefined, undefined])
  const day = { ...deals, field: (name: string) => deals.field(name === 'closed_on' ? 'launched' : name) }
  expect(columnsBehind('revenue', day)).toBe([first, 'closed_on', ...usual].join())
})
