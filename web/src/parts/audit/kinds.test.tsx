import { expect, test } from 'vitest'
import { made } from '../../test/made-up'
import { play, seen, serve } from '../../test/stage'
import { Events } from './events'

const id = '01920000-0000-7000-8000-000000000001'
const preferences = {
  position: 7,
  event_id: 'e7',
  type: 'identity.PreferencesSet',
  stream: `preferences-${id}`,
  version: 2,
  record: { type: 'preferences', id },
  occurred_at: '2026-11-01T10:00:00Z',
  recorded_at: '2026-11-01T10:00:00Z',
  actor: id,
  on_behalf_of: '',
  command: 'c7',
  command_name: 'identity.SetPreferences',
  correlation_id: 'c7',
  causation_id: '',
  readable: true,
  reason: '',
}

test('what people set for themselves is said in words, with whose it is', async () => {
  const page = { items: [preferences], next: null, names: { [id]: 'Li Lei' }, complete: true }
  serve({ 'GET /meta': () => made, 'GET /audit/search': () => page })
  const box = await play(() => <Events asked={{}} onOpen={() => undefined} />, '/o/boat')
  await seen(box, 'Li Lei preferences set Li Lei')
  expect(box.querySelector('li button > span:last-child')?.textContent).toBe('Preferences')
})
