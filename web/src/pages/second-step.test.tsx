import { expect, test, vi } from 'vitest'
import { button, play, press, rest, type Sent, seen, serve, type } from '../test/stage'
import { SecondStep } from './second-step'

const refused = (type: string, status = 401) => ({ status, body: { type: `/problems/${type}`, status, title: '', detail: '' } })
const field = (box: HTMLElement, label: string) => {
  const found = [...box.querySelectorAll('label')].find((one) => one.textContent === label)
  return box.querySelector<HTMLInputElement>(`[id="${found?.htmlFor}"]`) as HTMLInputElement
}

async function step(answer: (sent: Sent) => unknown) {
  const asked = serve({ 'POST /identity/sessions': answer })
  const [onBack, onDone] = [vi.fn(), vi.fn()]
  const box = await play(() => <SecondStep email="ann@acme.test" password="a long one" onBack={onBack} onDone={onDone} />, '/o/any')
  const bodies = () => asked.filter(({ path }) => path === '/identity/sessions').map(({ body }) => body)
  return { box, bodies, onBack, onDone }
}

test('six digits are sent by themselves, once, with what was right before; a wrong code is said at its field', async () => {
  const { box, bodies, onDone } = await step(() => refused('wrong-code'))
  const code = field(box, 'Code')
  expect([code.inputMode, code.autocomplete]).toEqual(['numeric', 'one-time-code'])
  await type(code, '123 45')
  await rest()
  expect(bodies()).toEqual([])
  await type(code, '１２３ ４５６')
  await seen(box, 'This code is not right')
  expect(bodies()).toEqual([{ email: 'ann@acme.test', password: 'a long one', cookie: true, code: '１２３ ４５６' }])
  expect([code.value, code.getAttribute('aria-invalid'), onDone.mock.calls.length]).toEqual(['', 'true', 0])
})

test('a recovery code is sent when its button is pressed, not before', async () => {
  const { box, bodies } = await step(() => refused('wrong-code'))
  await press(button(box, 'Use a recovery code'))
  await type(field(box, 'Recovery code'), '12345-67890')
  await rest()
  expect(bodies()).toEqual([])
  await press(button(box, 'Sign in'))
  await seen(box, 'This recovery code is not right')
  expect(bodies()).toHaveLength(1)
})

test('where the password is another one by now, the first step says so; too many attempts are said here', async () => {
  let answer = refused('too-many-requests', 429)
  const { box, onBack } = await step(() => answer)
  await type(field(box, 'Code'), '123456')
  await seen(box, 'Too many attempts')
  answer = refused('unauthenticated')
  await type(field(box, 'Code'), '654321')
  await rest()
  expect(onBack).toHaveBeenCalledOnce()
  expect(onBack.mock.calls[0]?.[0]).toMatchObject({ kind: 'unauthenticated' })
})

test('a password does not wait for its code for ever, nor for somebody who was elsewhere', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'], shouldAdvanceTime: true })
  const { onBack } = await step(() => refused('wrong-code'))
  window.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: false }))
  expect(onBack.mock.calls).toEqual([])
  window.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }))
  expect(onBack.mock.calls).toEqual([[]])
  await vi.advanceTimersByTimeAsync(600_000)
  expect(onBack.mock.calls).toEqual([[], []])
  vi.useRealTimers()
})
