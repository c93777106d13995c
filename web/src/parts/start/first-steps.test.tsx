import { afterEach, expect, test, vi } from 'vitest'
import { play, rest, seen, serve } from '../../test/stage'
import FirstSteps from './first-steps'

const kept = { dismissed: [] as string[] }
vi.mock('../../app/preferences', async (original) => ({
  ...(await original<object>()),
  usePreferences: () => kept,
  usePreferencesKnown: () => true,
}))
vi.mock('../../app/session', async (original) => ({ ...(await original<object>()), useMe: () => ({ rights: {} }) }))

const close = vi.fn()
const Steps = () => <FirstSteps onClose={close} onTour={() => undefined} />
const step = { name: 'invite_people', label: 'Invite people', hint: '', method: 'POST', path: '/identity/users', done: false, at: null }
afterEach(() => document.body.replaceChildren())

test('first steps open while there is something to do, and not for somebody who had enough of them', async () => {
  serve({ 'GET /identity/onboarding': () => ({ steps: [step], done: 0, total: 1 }) })
  await play(Steps, '/o/boat')
  await seen(document.body, 'Invite people')
  expect(close).not.toHaveBeenCalled()
  document.body.replaceChildren()
  kept.dismissed = ['first-steps'] // another sign-in link, after a forgotten password
  await play(Steps, '/o/boat')
  await rest()
  expect(document.body.textContent).not.toContain('Invite people')
  expect(close).toHaveBeenCalled()
})
