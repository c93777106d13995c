import { expect, test, vi } from 'vitest'
import { serve } from '../test/stage'
import { currentSession, resume } from './session'

// The stage's navigator has no locks that work.
Object.defineProperty(navigator, 'locks', { value: { request: (_name: string, act: () => unknown) => act() } })

test('who is not known while the suite is on its way is asked for again', async () => {
  const me = { tenant: 'acme', user: { id: 'ann' }, organisation: {} }
  let turns = 0
  const behind = { status: 503, body: { type: '/problems/projection-behind', status: 503, title: '', detail: '' } }
  serve({
    'POST /identity/sessions/refresh': () => ({ access_token: 'x', expires_in: 600 }),
    'GET /identity/me': () => {
      turns += 1
      return turns === 1 ? behind : me
    },
  })
  expect((await resume()).state).toBe('asking')
  await vi.waitFor(() => expect(currentSession().state).toBe('in'), 10_000)
})
