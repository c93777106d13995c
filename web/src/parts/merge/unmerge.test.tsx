import { act } from 'react'
import { expect, test } from 'vitest'
import { describe as described } from '../../meta/describe'
import type { MetaCommand } from '../../meta/meta'
import { made } from '../../test/made-up'
import { play, press, rest, seen, serve } from '../../test/stage'
import Unmerge from './unmerge'

const boats = described(made.types[0] as (typeof made.types)[0])
const command = {
  ...boats.commands.at(-1),
  name: 'harbour.UnmergeBoat',
  label: 'Unmerge',
  path: '/harbour/boats/{id}/unmerge',
} as MetaCommand
const absorbed = (id: string) => ({ id, occurred_at: '2026-05-05T10:00:00Z', fields: [] })
const one = { record: { id: 'a', version: 2, name: 'Ada' }, names: {} }

test('Ctrl-S sends the dialog once something is chosen, and once', async () => {
  let ended = 0
  const asked = serve({
    'GET /meta': () => made,
    'GET /harbour/boats/a/merges': () => ({ items: [absorbed('b'), absorbed('c')] }),
    'GET /harbour/boats/c': () => ({ id: 'c', version: 1, name: 'Cleo', names: {} }),
    'GET /harbour/boats/b': () => ({ id: 'b', version: 1, name: 'Bea', names: {} }),
    'POST /harbour/boats/a/unmerge': () => ({ id: 'a', version: 3, undo: null }),
  })
  await play(() => <Unmerge object={boats} command={command} one={one} onClose={() => (ended += 1)} />, '/o/boat')
  await seen(document.body, 'Bea')
  const sent = () => asked.filter((each) => each.method === 'POST').map((each) => each.body)
  const save = async () => {
    await act(async () => document.querySelector<HTMLFormElement>('[role=dialog] form')?.requestSubmit())
    await rest()
  }
  await save()
  expect(sent()).toEqual([])
  await press(document.querySelector('input[type=checkbox]'))
  await save()
  expect([sent(), ended]).toEqual([[{ release: ['b'] }], 1])
})

test('the only record that was absorbed need not be chosen', async () => {
  serve({
    'GET /meta': () => made,
    'GET /harbour/boats/a/merges': () => ({ items: [absorbed('b')] }),
    'GET /harbour/boats/b': () => ({ id: 'b', version: 1, name: 'Bea', names: {} }),
  })
  await play(() => <Unmerge object={boats} command={command} one={one} onClose={() => undefined} />, '/o/boat')
  await seen(document.body, 'Bea')
  expect(document.querySelector<HTMLInputElement>('input[type=checkbox]')?.checked).toBe(true)
  expect(document.querySelector<HTMLButtonElement>('[type=submit]')?.disabled).toBe(false)
})
