import { type QueryClient, useQueryClient } from '@tanstack/react-query'
import { act, useState } from 'react'
import { afterEach, expect, test } from 'vitest'
import { refresh } from '../../data/cache'
import { useObject } from '../../meta/use-types'
import { made } from '../../test/made-up'
import { button, play, press, rest, type Sent, seen, serve } from '../../test/stage'
import type { Between } from './between'
import Difference from './difference'

const by = { event_id: 'e3', version: 3, type: 'x', occurred_at: '2026-11-02T10:00:00Z', actor: 'u1', on_behalf_of: '', command_name: 'x' }
const fields = [
  { field: 'price', from: '1000.00', to: '1200.00', set_by: { ...by, reason: 'a new mast' } },
  { field: 'name', from: '[erased]', to: 'Aurora', set_by: null },
]
const record = { id: 'b1', version: 3, currency: 'EUR' }

function harbour(found: object): Sent[] {
  return serve({
    'GET /meta': () => made,
    'GET /audit/difference': () => ({ record: 'boat-b1', from: 1, to: 3, names: { u1: 'Li Lei' }, ...found }),
  })
}
let client: QueryClient
let start: Between = { from: '1' }
const Page = () => {
  client = useQueryClient()
  const object = useObject('boat')
  const [between, setBetween] = useState(start)
  if (!object) return null
  return <Difference object={object} id="b1" made="2020-01-01T08:00:00Z" record={record} between={between} onChange={setBetween} />
}
afterEach(() => {
  document.body.replaceChildren()
  start = { from: '1' }
})

test('each field stands then and later, as its kind writes it, with who set it; what is erased says so', async () => {
  harbour({ fields })
  const box = await play(Page, '/o/boat/b1')
  await seen(box, '2 fields differ')
  const rows = [...box.querySelectorAll('tbody tr')].map((row) => row.textContent)
  expect(rows.find((row) => row?.includes('€1,000'))).toMatch(/€1,200.*Li Lei.*a new mast/)
  expect(rows.find((row) => row?.includes('Aurora'))).toContain('erased')
  expect(box.textContent).not.toContain('[erased]')
})

test('another beginning is asked for, and nothing different is said', async () => {
  const asked = harbour({ fields: [] })
  const box = await play(Page, '/o/boat/b1')
  await seen(box, 'Nothing is different')
  await press(button(box, 'Yesterday'))
  const questions = asked.filter(({ path }) => path === '/audit/difference').map(({ query }) => query.get('from'))
  expect(questions[0]).toBe('1')
  expect(questions.at(-1)).toMatch(/^\d{4}-\d{2}-\d{2}$/)
})

test('a change of the record asks again, one of another record does not', async () => {
  const asked = harbour({ fields: [] })
  await seen(await play(Page, '/o/boat/b1'), 'Nothing is different')
  const count = () => asked.filter(({ path }) => path === '/audit/difference').length
  await act(() => refresh(client, 'boat', 'b2'))
  await rest()
  expect(count()).toBe(1)
  await act(() => refresh(client, 'boat', 'b1'))
  await rest()
  expect(count()).toBe(2)
})

test('a version is named as one, and has no moment', async () => {
  start = { from: '2', to: '3' }
  harbour({ fields })
  const box = await play(Page, '/o/boat/b1')
  await seen(box, '2 fields differ')
  expect([...box.querySelectorAll('thead th')].map((head) => head.textContent)).toEqual(['Field', 'Version 2', 'Version 3', 'Set last by'])
  expect(box.textContent).not.toContain('2001')
})

test('before there was a record, nothing is different and nothing is new', async () => {
  harbour({ fields: [], from: 0, to: 0 })
  const box = await play(Page, '/o/boat/b1')
  await seen(box, 'Nothing is different')
  expect(box.textContent).not.toContain('all of it is new')
})

test('without a network it says so in words', async () => {
  serve({
    'GET /meta': () => made,
    'GET /audit/difference': () => {
      throw new TypeError('Failed to fetch')
    },
  })
  await seen(await play(Page, '/o/boat/b1'), 'not on this device')
})
