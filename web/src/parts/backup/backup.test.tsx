import { type QueryClient, useQueryClient } from '@tanstack/react-query'
import { act } from 'react'
import { afterEach, expect, test } from 'vitest'
import Backup from '../../pages/settings/backup'
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
