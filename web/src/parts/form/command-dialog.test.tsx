import { act } from 'react'
import { expect, test } from 'vitest'
import { describe as described } from '../../meta/describe'
import type { MetaCommand } from '../../meta/meta'
import { made } from '../../test/made-up'
import { button, play, press, rest, seen, serve } from '../../test/stage'
import { CommandDialog } from './command-dialog'

const boats = described(made.types[0] as (typeof made.types)[0])
const sink = boats.command('harbour.Sink') as MetaCommand
const erase: MetaCommand = { ...sink, label: 'Erase', action: 'erase' }

test('Ctrl-S sends a command, but erases nothing: that wants its button', async () => {
  const asked = serve({ 'GET /meta': () => made, 'POST /harbour/boats/a/sink': () => ({ id: 'a', version: 2, undo: null }) })
  const sent = () => asked.filter((one) => one.method === 'POST').length
  const form = () => document.querySelector<HTMLFormElement>('[role=dialog] form')
  for (const [command, byKey] of [
    [sink, 1],
    [erase, 0],
  ] as const) {
    document.body.replaceChildren()
    asked.length = 0
    const dialog = <CommandDialog object={boats} command={command} record={{ id: 'a', version: 1 }} names={{}} onClose={() => undefined} />
    await play(() => dialog, '/o/boat')
    await act(async () => form()?.requestSubmit())
    await rest()
    expect(sent()).toBe(byKey)
    await press(button(document, command.label))
    expect(sent()).toBe(byKey + 1)
  }
})

test('where nobody answers it says so in words', async () => {
  document.body.replaceChildren()
  serve({ 'GET /meta': () => made })
  const answer = globalThis.fetch
  globalThis.fetch = async (input, init) => {
    if (init?.method === 'POST') throw new TypeError('Failed to fetch')
    return answer(input, init)
  }
  const dialog = <CommandDialog object={boats} command={sink} record={{ id: 'a', version: 1 }} names={{}} onClose={() => undefined} />
  await play(() => dialog, '/o/boat')
  await press(button(document, sink.label))
  await seen(document.body, 'Nothing that you entered is lost.')
})
