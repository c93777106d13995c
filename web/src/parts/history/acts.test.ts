import { expect, it } from 'vitest'
import type { HistoryEntry } from '../../data/records'
import { actsOf, foldItems, foldOf } from './acts'

const undo = (version: number) => ({ method: 'POST', path: '/sales/opportunities/d1/undo', body: { version }, label: 'Take back' })
const entry = (version: number, command: string, changes: HistoryEntry['changes'], way: unknown = undo(version)) =>
  ({ version, event_id: `e${version}`, command, command_name: 'sales.ChangeStage', changes, undo: way, at: '' }) as unknown as HistoryEntry

const moved = entry(5, 'c2', { stage: { from: 'new', to: 'offer' }, probability: { from: 10, to: 50 } })
const filled = entry(4, 'c2', { amount: { from: null, to: '900' }, probability: { from: 5, to: 10 } })
const before = entry(3, 'c1', { name: { from: 'A', to: 'B' } })

it('shows what one command did as one entry, taken back as a whole', () => {
  const acts = actsOf([moved, filled, before])
  expect(acts.map((act) => act.length)).toEqual([2, 1])
  expect(foldOf(acts[0] ?? [])).toMatchObject({
    version: 5,
    changes: { amount: { from: null, to: '900' }, probability: { from: 5, to: 50 }, stage: { from: 'new', to: 'offer' } },
    undo: { body: { version: 5, first: 4 } },
  })
  expect(foldOf(acts[1] ?? [])).toBe(before)
})

it('has no way back of the whole where a part of it has none, and says why', () => {
  const undo_reason = { code: 'changed-since', message: 'A later change touched this' }
  expect(foldOf([moved, { ...filled, undo: null, undo_reason }])).toMatchObject({ undo: null, undo_reason })
})

it('takes back the making of a record by what takes back its first version', () => {
  const away = { method: 'POST', path: '/sales/opportunities/d1/archive', body: {}, label: 'Archive' }
  expect(foldOf([entry(2, 'c0', {}), entry(1, 'c0', {}, away)])).toMatchObject({ version: 1, undo: away })
})

it('folds them on the timeline, and keeps apart what no command joins', () => {
  const items = [moved, filled, before].map((change) => ({ kind: 'change', at: '', change }))
  expect(foldItems([...items, { kind: 'activity', at: '', record: { id: 'a', version: 1 } }]).map((item) => item.change?.version)).toEqual([
    5,
    3,
    undefined,
  ])
  expect(actsOf([entry(2, '', {}), entry(1, '', {})])).toHaveLength(2)
})
