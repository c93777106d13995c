import { type AnyRouter, useRouter, useSearch } from '@tanstack/react-router'
import { act, useState } from 'react'
import { afterEach, expect, test } from 'vitest'
import { button, play, press, rest, serve } from '../../test/stage'
import { Dialog } from '../../ui/dialog'
import { useChanged, useGuard } from './unsaved'

afterEach(() => document.body.replaceChildren())

const QUESTION = 'Leave without saving?'
let router: AnyRouter

function Written() {
  const { close, guard } = useGuard(true, () => void router.navigate({ to: '.', search: {} }))
  return (
    <>
      <Dialog open onClose={close} title="New boat">
        Half of a name
      </Dialog>
      {guard}
    </>
  )
}
function List() {
  router = useRouter()
  const { create, open } = useSearch({ strict: false }) as { create?: boolean; open?: string }
  return create || open ? <Written /> : <p>The list</p>
}
const go = async (act_: () => unknown) => {
  await act(async () => void act_())
  await rest()
}

test('an address that takes away the form which it opened asks first, on the same page too', async () => {
  serve({})
  await play(List, '/o/boat')
  await go(() => router.navigate({ to: '.', search: { create: true } }))
  await go(() => router.navigate({ to: '.', search: { create: true, q: 'sail' }, replace: true }))
  expect(document.body.textContent).not.toContain(QUESTION)
  await go(() => router.navigate({ to: '.', search: {} })) // as Back does: a history in memory asks at none of its own steps
  expect(document.body.textContent).toContain(QUESTION)
  await press(button(document, 'Stay here'))
  expect(document.body.textContent).toContain('Half of a name')
  await press(button(document, 'Close'))
  expect(document.body.textContent).toContain(QUESTION)
  await press(button(document, 'Leave'))
  expect(document.body.textContent).toContain('The list') // it was asked once, not once more by the address
})

test('a dialog in the side panel asks before another record, or none, takes its place', async () => {
  serve({})
  await play(List, '/o/boat')
  await go(() => router.navigate({ to: '.', search: { open: 'ada' } }))
  for (const search of [{ open: 'bea' }, {}]) {
    await go(() => router.navigate({ to: '.', search }))
    expect(document.body.textContent).toContain(QUESTION)
    await press(button(document, 'Stay here'))
  }
  await go(() => router.navigate({ to: '.', search: { open: 'ada', sort: 'name' } }))
  expect(document.body.textContent).not.toContain(QUESTION)
})

function Form() {
  const [before, setBefore] = useState('Aurora')
  const [now, setNow] = useState('Aurora')
  return (
    <>
      <button type="button" onClick={() => [setBefore('Borealis'), setNow('Borealis')]}>
        Others
      </button>
      <button type="button" onClick={() => setNow('Corona')}>
        I
      </button>
      <output>{String(useChanged(now, before))}</output>
    </>
  )
}

test('what others bring into a form is no change of whoever looks at it', async () => {
  serve({})
  const box = await play(Form, '/o/boat')
  const said = () => box.querySelector('output')?.textContent
  await press(button(box, 'Others'))
  expect(said()).toBe('false')
  await press(button(box, 'I'))
  expect(said()).toBe('true')
})
