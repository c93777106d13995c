import { encode } from 'uqr'
import { beforeAll, expect, test, vi } from 'vitest'
import { resume, useSession } from '../../app/session'
import { button, play, press, seen, serve, type } from '../../test/stage'
import { Enrol } from './enrol'
import { pathOf } from './qr'

vi.mock('../../data/offline/database', () => ({ database: async () => undefined }))
Object.defineProperty(navigator, 'locks', { value: { request: (_name: string, act: () => unknown) => act() } })

const URI = 'otpauth://totp/Acme:ann%40acme.test?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Acme'
const CODES = Array.from({ length: 10 }, (_, n) => `k7m2p-9qx4d-${n}`)
const tokens = { access_token: 'one', expires_in: 600 }
const me = (enabled: boolean) => ({
  tenant: 'acme',
  user: { id: 'ann', name: 'Ann', email: 'ann@acme.test', language: 'en', time_zone: 'UTC' },
  organisation: { id: 'acme', name: 'Acme', currency: 'EUR', country: 'DE', time_zone: 'UTC' },
  roles: [],
  rights: {},
  hidden: {},
  read_only: {},
  second_factor: { enabled, required: true },
})

let on = false
const asked = serve({
  'POST /identity/sessions/refresh': () => tokens,
  'GET /identity/me': () => me(on),
  'POST /identity/me/second-factor': ({ body }) =>
    (body as { password: string }).password === 'right'
      ? { secret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ', uri: URI }
      : {
          status: 422,
          body: {
            type: '/problems/invalid',
            status: 422,
            title: '',
            detail: '',
            errors: [{ field: 'password', code: 'wrong', message: 'Not your password' }],
          },
        },
  'POST /identity/me/second-factor/confirm': () => {
    on = true
    return { ...tokens, access_token: 'two', recovery_codes: CODES }
  },
})
beforeAll(async () => void (await resume()))

function Page({ onDone }: { onDone(): void }) {
  const session = useSession()
  return session.state === 'in' ? <Enrol onDone={onDone} /> : null
}
const input = (box: HTMLElement) => box.querySelector('input') as HTMLInputElement
const times = (path: string) => asked.filter((one) => one.path === path).length

test('password, app, code, recovery codes; whoever they are now is asked for when the codes are kept', async () => {
  const onDone = vi.fn()
  const box = await play(() => <Page onDone={onDone} />, '/o/any')
  await type(input(box), 'wrong')
  await press(button(box, 'Next'))
  await seen(box, 'Not your password')
  await type(input(box), 'right')
  await press(button(box, 'Next'))
  await seen(box, 'GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ')
  for (let turn = 0; turn < 50 && !box.querySelector('svg[role="img"] path'); turn += 1) await seen(box, 'GEZD')
  expect(box.querySelector('svg[role="img"]')?.getAttribute('style')).toBeNull() // the policy of the page allows no style in text
  await type(input(box), '123456')
  await seen(box, CODES[9] as string)
  expect([times('/identity/me'), onDone.mock.calls.length]).toEqual([1, 0])
  const done = button(box, 'Done') as HTMLButtonElement
  expect(done.disabled).toBe(true)
  await press(box.querySelector('input[type="checkbox"]'))
  await press(done)
  expect([times('/identity/me'), onDone.mock.calls.length]).toEqual([2, 1])
})

test('a QR code is drawn as it was made: each dark module once, nothing else', () => {
  const { data, size } = encode(URI, { ecc: 'M', border: 4 })
  const drawn = Array.from({ length: size }, () => Array.from({ length: size }, () => 0))
  for (const [, x, y, run] of pathOf(data).matchAll(/M(\d+) (\d+)h(\d+)v1h-\3z/g))
    for (let n = 0; n < Number(run); n += 1) (drawn[Number(y)] as number[])[Number(x) + n] = 1
  expect(drawn).toEqual(data.map((row) => row.map(Number)))
  expect(drawn.flat().filter(Boolean).length).toBeGreaterThan(400)
  expect(drawn.slice(0, 4).flat().some(Boolean)).toBe(false) // cameras need the white around it
})
