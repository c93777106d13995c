import { useState } from 'react'
import { afterEach, expect, test } from 'vitest'
import { play, rest, type } from '../../test/stage'
import { Span } from './span'

const stops = ['2026-01-01', '2026-02-01', '2026-03-01'].map((at) => ({ at, count: 1, label: at }))
const Page = () => {
  const [[from, to], set] = useState([0, 3])
  return <Span stops={stops} from={from as number} to={to as number} onChange={(...next) => set(next)} />
}
afterEach(() => document.body.replaceChildren())

test('two hands say their moments, and neither passes the other', async () => {
  const box = await play(Page, '/o/boat')
  const [from, to] = [...box.querySelectorAll('input')] as [HTMLInputElement, HTMLInputElement]
  const said = () => [from, to].map((hand) => hand.getAttribute('aria-valuetext'))
  expect([from, to].map((hand) => hand.getAttribute('aria-label'))).toEqual(['Then', 'Later'])
  expect(said()).toEqual(['2026-01-01', 'Now'])
  await type(to, '1')
  expect(said()).toEqual(['2026-01-01', '2026-02-01'])
  await type(from, '2')
  await rest()
  expect(said()).toEqual(['2026-02-01', '2026-02-01'])
})
