import { afterEach, expect, test } from 'vitest'
import { useMoment } from '../../data/moment'
import { button, play, press, rest, type } from '../../test/stage'
import { Strip } from './strip'

const stops = ['2026-01-01', '2026-02-01', '2026-03-01'].map((at) => ({ at, count: 1, label: at }))
const Page = () => {
  const { at, known } = useMoment()
  return (
    <>
      <p>{`at ${at ?? 'now'}, known ${known ?? 'now'}`}</p>
      <Strip stops={stops} />
    </>
  )
}
afterEach(() => document.body.replaceChildren())

test('the hand moves the day and keeps what was known when; only the way back to now drops both', async () => {
  const box = await play(Page, '/o/boat?at=2026-03-01&known=2026-03-05')
  const hand = box.querySelector('input') as HTMLInputElement
  const said = () => box.querySelector('p')?.textContent
  await type(hand, '0')
  await rest(300)
  expect(said()).toBe('at 2026-01-01, known 2026-03-05')
  await type(hand, '3')
  await rest(300)
  expect(said()).toBe('at now, known 2026-03-05')
  await press(button(box, 'Now'))
  await rest(300)
  expect(said()).toBe('at now, known now')
  expect(button(box, 'Now')).toBeUndefined()
})
