import { act } from 'react'
import { afterEach, expect, test, vi } from 'vitest'
import { made } from '../../test/made-up'
import { play, press, rest, serve, type } from '../../test/stage'
import { PersonField } from './person-field'
import { ReasonField } from './reason-field'
import { TypeField } from './type-field'

afterEach(() => document.body.replaceChildren())

const NAMES = { u1: 'Mei Lin' }
const enter = (input: HTMLElement, isComposing: boolean) =>
  act(async () => void input.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, isComposing })))

test('the Enter that takes a word of an IME does not ask yet', async () => {
  serve({})
  const asked = vi.fn()
  const box = await play(() => <ReasonField value="" onChange={asked} />, '/o/boat')
  const input = box.querySelector('input') as HTMLInputElement
  await type(input, ' 退货 ')
  await enter(input, true)
  expect(asked).not.toHaveBeenCalled()
  await enter(input, false)
  expect(asked).toHaveBeenCalledWith('退货')
})

test('who is chosen by the address has the name that the log gives', async () => {
  serve({ 'GET /meta': () => made })
  const box = await play(() => <PersonField label="Who" placeholder="" value="u1" names={NAMES} onChange={() => undefined} />, '/o/boat')
  await rest()
  expect((box.querySelector('input') as HTMLInputElement).value).toBe('Mei Lin')
})

test('of a record type all types of event can be chosen that may be its own', async () => {
  const meta = { ...made, types: [...made.types, { ...made.types[0], name: 'crew', label: 'Crew' }] }
  const items = ['harbour.BoatCreated', 'harbour.CrewCreated', 'harbour.NoteWritten']
  serve({ 'GET /meta': () => meta, 'GET /audit/event-types': () => ({ items }) })
  const box = await play(() => <TypeField asked={{ category: 'boat' }} onChange={() => undefined} />, '/o/boat')
  await press(box.querySelector('input'))
  const offered = [...document.querySelectorAll('[role=option]')].map((one) => one.textContent)
  expect(offered).toEqual(['Boat: created', 'note written'])
})
