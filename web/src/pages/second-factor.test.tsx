import { act } from 'react'
import { beforeEach, expect, test, vi } from 'vitest'
import { loadMe, takeTokens } from '../app/session'
import { button, play, press, rest, seen, serve, type } from '../test/stage'
import FactorGate from './second-factor'

vi.mock('../data/offline/database', () => ({ database: async () => undefined }))
Object.defineProperty(document, 'visibilityState', { value: 'visible' })

const tokens = { access_token: 'one', expires_in: 600 }
const CODES = ['k7m2p-9qx4d', 'w3n8r-5tz6h']
let [enabled, required] = [false, true]
const user = { id: 'ann', name: 'Ann', email: 'ann@acme.test', language: 'en', time_zone: 'UTC' }
const organisation = { id: 'acme', name: 'Acme', currency: 'EUR', country: 'DE', time_zone: 'UTC' }
const asked = serve({
  'GET /identity/me': () => ({ tenant: 'acme', user, organisation, roles: [], rights: {}, second_factor: { enabled, required } }),
  'POST /identity/me/second-factor': () => ({ secret: 'GEZDGNBVGY3TQOJQ', uri: 'otpauth://totp/Acme:ann?secret=GEZDGNBVGY3TQOJQ' }),
  'POST /identity/me/second-factor/confirm': () => ({ ...tokens, recovery_codes: CODES }),
})
const times = () => asked.filter(({ path }) => path === '/identity/me').length
const back = () => act(async () => void document.dispatchEvent(new Event('visibilitychange')))

async function gate() {
  takeTokens(tokens)
  await loadMe()
  const onDone = vi.fn()
  return { box: await play(() => <FactorGate onDone={onDone} />, '/o/any'), onDone }
}
beforeEach(() => {
  ;[enabled, required] = [false, true]
  document.body.replaceChildren()
})

test('whoever has begun keeps the page until the codes are kept; what was not reached is said', async () => {
  const { box, onDone } = await gate()
  await type(box.querySelector('input') as HTMLInputElement, 'right')
  await press(button(box, 'Next'))
  await seen(box, 'GEZD GNBV')
  const before = times()
  required = false // an administrator, meanwhile
  await back()
  await type(box.querySelector('input') as HTMLInputElement, '123456')
  await seen(box, CODES[1] as string)
  await back()
  await rest()
  expect([times(), onDone.mock.calls.length]).toEqual([before, 0])
  await press(box.querySelector('input[type="checkbox"]'))
  required = true // the answer is one of before
  await press(button(box, 'Done'))
  await seen(box, 'Check your connection')
  expect(onDone).not.toHaveBeenCalled()
  enabled = true
  await press(button(box, 'Done'))
  await rest()
  expect(onDone).toHaveBeenCalledOnce()
})

test('whoever comes back to the page and is not asked for it any more is led on', async () => {
  const { box, onDone } = await gate()
  await seen(box, 'Acme asks you for it')
  await back()
  await rest()
  expect(onDone).not.toHaveBeenCalled()
  enabled = true // in another tab
  await back()
  await rest()
  expect(onDone).toHaveBeenCalled()
})
