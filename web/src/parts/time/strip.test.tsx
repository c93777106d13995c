import { afterEach, expect, test } from 'vitest'
import { useMoment } from '../../data/moment'
import { button, play, press, rest, type } from '../../test/stage'
import { setZone } from '../../ui/format'
import { placeOf, Strip } from './strip'

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
afterEach(() => {
  document.body.replaceChildren()
  setZone('')
})

test.each([
  ['Asia/Shanghai', '2026-06-30T15:00:00Z', '2026-06-30', 1],
  ['Asia/Shanghai', '2026-06-30T17:00:00Z', '2026-06-30', 0],
  ['America/New_York', '2026-07-01T03:00:00Z', '2026-06-30', 1],
  ['America/New_York', '2026-07-01T05:00:00Z', '2026-06-30', 0],
])('a day ends with the clock of the reader: in %s a change of %s stands for %s at place %i', (zone, change, day, place) => {
  setZone(zone)
  const versions = ['2026-06-01T00:00:00Z', change].map((at) => ({ at, count: 1, label: at }))
  expect(placeOf(versions, day)).toBe(place)
  const days = ['2026-06-29', '2026-06-30', '2026-07-01'].map((at) => ({ at, count: 1, label: at }))
  expect(placeOf(days, day)).toBe(1)
  expect(placeOf(days, change)).toBe(place ? 1 : 2)
})

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
