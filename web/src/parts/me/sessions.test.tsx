import { test } from 'vitest'
import { button, play, press, seen, serve } from '../../test/stage'
import { Toasts } from '../../ui/toast'
import { Sessions } from './sessions'

const device = { id: 's1', device: 'Firefox', ip: '192.0.2.1', updated_at: '2026-05-05T10:00:00Z', current: false }

const Page = () => (
  <>
    <Sessions />
    <Toasts />
  </>
)

test('a device that could not be signed out is said so', async () => {
  const refused = { status: 404, body: { type: '/problems/not-found', status: 404, title: 'No such session', detail: '' } }
  serve({ 'GET /identity/sessions': () => ({ items: [device] }), 'DELETE /identity/sessions/s1': () => refused })
  const box = await play(Page, '/o/any')
  await seen(box, 'Firefox')
  await press(button(box, 'Sign out there'))
  await seen(document.body, 'No such session')
})
