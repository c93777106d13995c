import { type QueryClient, useQueryClient } from '@tanstack/react-query'
import { act } from 'react'
import { afterEach, expect, test } from 'vitest'
import Backup from '../../pages/settings/backup'
import { made } from '../../test/made-up'
import { play, seen, serve } from '../../test/stage'

afterEach(() => document.body.replaceChildren())
let client: QueryClient | undefined
const Page = () => {
  client = useQueryClient()
  return <Backup />
}

test('a suite that stops answering takes the good state away and says why', async () => {
  const nothing = { full: null, incremental: null, newest: null, drill: null }
  const found = { archives: true, lag_seconds: 4, problem: '', listed: [], drills: [], ...nothing }
  let answer: unknown = found
  serve({ 'GET /audit/backups': () => answer })
  const box = await play(Page, '/o/boat')
  await seen(box, 'Archived, but never drilled')
  answer = { status: 503, body: { type: '/problems/unavailable', status: 503, title: '', detail: 'The suite is on its way.' } }
  await act(() => client?.refetchQueries())
  await seen(box, 'The suite is on its way.')
  expect(box.textContent).not.toContain('Archived, but')
})

test('the records that a drill compared are listed by what people call them', async () => {
  const drill = { at: '2026-11-28T10:00:00Z', ok: true, events: 9, rpo_seconds: 1, log_seconds: 2, views_seconds: 3, differences: [] }
  const counts = [
    { records: 'boats', restored: 1200, live: 1203 },
    { records: 'unseen', restored: 4, live: null },
    { records: 'empty', restored: 0, live: 0 },
  ]
  const found = { archives: true, lag_seconds: 4, problem: '', listed: [], drills: [], full: null, incremental: null, newest: null }
  serve({ 'GET /audit/backups': () => ({ ...found, drill: { ...drill, counts } }), 'GET /meta': () => made })
  const box = await play(Page, '/o/boat')
  await seen(box, 'Records compared')
  const rows = [...box.querySelectorAll('tbody tr')].map((row) => [...row.querySelectorAll('td')].map((cell) => cell.textContent))
  expect(rows).toEqual([
    ['Boats', '1,200', '1,203'],
    ['unseen', '4', '—'],
  ])
})

test('a drill that came to no end takes nothing away of what the one before it measured', async () => {
  const passed = { at: '2026-11-21T10:00:00Z', ok: true, events: 9, rpo_seconds: 4, log_seconds: 20, views_seconds: 50 }
  const broken = { at: '2026-11-28T10:00:00Z', ok: false, events: 0, rpo_seconds: 0, log_seconds: 0, views_seconds: 0 }
  const drill = { ...broken, differences: ['the drill came to no end'], counts: [] }
  const found = { archives: true, lag_seconds: 4, problem: '', listed: [], full: null, incremental: null, newest: null }
  serve({ 'GET /audit/backups': () => ({ ...found, drill, drills: [passed, broken] }), 'GET /meta': () => made })
  const box = await play(Page, '/o/boat')
  await seen(box, 'The last drill failed')
  await seen(box, '50 sec')
  expect(box.textContent).not.toContain('0 secof the newest work')
  expect(box.textContent).not.toContain('Events restored')
})
