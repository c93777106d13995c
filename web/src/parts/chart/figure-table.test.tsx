import { afterEach, expect, test } from 'vitest'
import type { FigureColumn, Figures } from '../../data/figures'
import { play } from '../../test/stage'
import { FigureTable } from './figure-table'

const column = (name: string, role: FigureColumn['role']): FigureColumn => ({ name, label: name, role, unit: null, day: null })
const figures: Figures = {
  metric: 'funnel',
  label: 'Funnel',
  unit: 'count',
  columns: [column('stage', 'dimension'), column('reached', 'figure')],
  rows: [
    { stage: 'Prospecting', reached: 9 },
    { stage: 'Proposal', reached: 4 },
  ],
  total: [{ reached: 9 }],
  as_of: '2026-11-30',
  compare: null,
  currency: null,
  unrated: 0,
  unrated_rows: [0, 0],
  complete: true,
}
const heads = (box: HTMLElement) => [...box.querySelectorAll('tbody th')].map((one) => one.textContent)
afterEach(() => document.body.replaceChildren())

test('groups that add up have a total, stages that deals pass have none', async () => {
  const summed = await play(() => <FigureTable figures={figures} label="" total leads={() => undefined} />, '/o/boat')
  expect(heads(summed)).toEqual(['Prospecting', 'Proposal', 'Total'])
  const passed = await play(() => <FigureTable figures={figures} label="" total={false} leads={() => undefined} />, '/o/boat')
  expect(heads(passed)).toEqual(['Prospecting', 'Proposal'])
})

test('a row leads to the list of its records', async () => {
  const search = { f: { field: 'stage', value: 'x' }, cols: 'name,closed_on' }
  const box = await play(() => <FigureTable figures={figures} label="" total leads={() => search} />, '/o/boat')
  const query = new URL(box.querySelector('a')?.href ?? '').searchParams
  expect([query.get('cols'), JSON.parse(query.get('f') ?? '')]).toEqual([search.cols, search.f])
})

test('a figure of two days stands above both, with the years where they differ', async () => {
  const of = (name: string, day: string) => ({ ...column(name, 'figure'), label: 'Reached', day })
  const compared = (then: string): Figures => ({
    ...figures,
    columns: [column('stage', 'dimension'), of('reached', '2026-11-30'), of('reached_before', then)],
    compare: then,
  })
  const headsOf = async (then: string) => {
    const box = await play(() => <FigureTable figures={compared(then)} label="" total leads={() => undefined} />, '/o/boat')
    return [...box.querySelectorAll('thead th')].map((one) => [one.textContent, one.getAttribute('colspan')].join('|'))
  }
  expect(await headsOf('2026-10-15')).toEqual(['Group|', 'Reached|2', 'Nov 30|', 'Oct 15|'])
  expect((await headsOf('2025-10-15')).slice(2)).toEqual(['Nov 30, 2026|', 'Oct 15, 2025|'])
})
