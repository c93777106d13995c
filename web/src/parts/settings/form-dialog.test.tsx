import { act } from 'react'
import { afterEach, expect, test, vi } from 'vitest'
import { type Action, useActions } from '../../app/actions'
import { listenToKeys } from '../../app/shortcuts'
import { play, serve } from '../../test/stage'
import { FormDialog } from './form-dialog'

afterEach(() => document.body.replaceChildren())

const behind = vi.fn()
const form = () => document.querySelector<HTMLFormElement>('[role=dialog] form')
const ACTIONS: Action[] = [
  { id: 'save', section: 'page', title: 'Save', keys: 'mod+s', run: () => form()?.requestSubmit() },
  { id: 'next', section: 'page', title: 'Next', keys: 'mod+arrowright', run: behind },
]
const send = vi.fn()
const still = { title: 'Stage', problem: '', busy: false, onSend: send, onClose: () => undefined, children: null }
function Page({ danger, disabled }: { danger?: boolean; disabled?: boolean }) {
  useActions(ACTIONS)
  return <FormDialog {...still} danger={danger} disabled={disabled} />
}
const chord = (key: string) =>
  act(async () => void document.body.dispatchEvent(new KeyboardEvent('keydown', { key, ctrlKey: true, bubbles: true })))

test('in a dialog Ctrl+S sends the form, no other chord acts on the page behind, and what cannot come back wants its button', async () => {
  serve({})
  const stop = listenToKeys(() => true)
  await play(() => <Page />, '/o/boat')
  await chord('ArrowRight')
  expect(behind).not.toHaveBeenCalled()
  await chord('s')
  expect(send).toHaveBeenCalledOnce()
  for (const held of [{ danger: true }, { disabled: true }]) {
    document.body.replaceChildren()
    await play(() => <Page {...held} />, '/o/boat')
    await chord('s')
  }
  expect(send).toHaveBeenCalledOnce()
  stop()
})
