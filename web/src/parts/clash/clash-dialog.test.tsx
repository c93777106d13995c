import { useQueryClient } from '@tanstack/react-query'
import { act } from 'react'
import { afterEach, expect, test } from 'vitest'
import { type Done, useCommand } from '../../data/act'
import { clashOver } from '../../data/clashes'
import { hear, startLive } from '../../data/live'
import { useRecord } from '../../data/records'
import type { ObjectDescription } from '../../meta/describe'
import type { Doc } from '../../meta/meta'
import { useObject } from '../../meta/use-types'
import { made } from '../../test/made-up'
import { button, play, press, seen, serve } from '../../test/stage'
import Clashes from './clash-dialog'

const shown: Doc = { id: 'b1', version: 3, name: 'Aurora', launched: '2020-01-01', archived: false }
let now: Doc = shown
let done: Done | undefined
let boats: ObjectDescription | undefined
const theyWrite = (patch: object) => {
  now = { ...now, ...patch, version: now.version + 1 }
  hear({ event: 'change', data: { type: 'boat', id: 'b1', version: now.version } })
}
/** A suite that keeps to versions, as the real one does. */
const harbour = () =>
  serve({
    'GET /meta': () => made,
    'GET /harbour/boats/b1': () => ({ ...now, names: {} }),
    'PATCH /harbour/boats/b1': ({ headers, body }) => {
      if (headers.get('If-Match') !== `"${now.version}"`)
        return { status: 412, body: { type: '/problems/version-mismatch', status: 412, title: '', detail: '', actual: now.version } }
      now = { ...now, ...(body as object), version: now.version + 1 }
      return { body: { id: 'b1', version: now.version, undo: null } }
    },
  })
const Page = () => {
  const object = useObject('boat')
  const client = useQueryClient()
  startLive(client, AbortSignal.abort())
  boats = object
  return (
    <>
      {object && <Editor object={object} />}
      <Clashes />
    </>
  )
}
function Editor({ object }: { object: ObjectDescription }) {
  const { run } = useCommand()
  const { data } = useRecord(object, 'b1')
  const command = object.commands.find((one) => one.method === 'PATCH')
  if (!command) throw new Error('no edit')
  const body = { name: 'Mine', launched: '2021-01-01' }
  const edit = () => void run({ object, command, id: 'b1', base: shown, body, patch: body, told: false }).then((one) => (done = one))
  return (
    <>
      <p>On the page: {String(data?.record.name)}</p>
      <button type="button" onClick={edit}>
        Edit
      </button>
    </>
  )
}
const writes = (asked: ReturnType<typeof serve>) => asked.filter((one) => one.method === 'PATCH').map((one) => one.body)
afterEach(() => {
  document.body.replaceChildren()
  now = shown
  done = undefined
})

test('what a third person changes while one decides is shown, asked about and not overwritten', async () => {
  const asked = harbour()
  const box = await play(Page, '/o/boat')
  await seen(box, 'On the page: Aurora')
  theyWrite({ name: 'Second' })
  await press(button(box, 'Edit'))
  await seen(document.body, 'AuroraMineSecond')
  await act(async () => theyWrite({ name: 'Third', launched: '2022-02-02' }))
  await seen(box, 'On the page: Third') // the stream is not held up by a question to the person
  await press(button(document.body, 'Save the choice'))
  await seen(document.body, 'SecondMineThird')
  expect(now).toMatchObject({ name: 'Third', launched: '2022-02-02' })
  const [name] = document.body.querySelectorAll<HTMLInputElement>('tr:has(td) input[type="radio"]:not(:checked)')
  await press(name) // theirs stays
  await press(button(document.body, 'Save the choice'))
  await seen(box, 'On the page: Third')
  expect(now).toMatchObject({ name: 'Third', launched: '2021-01-01', version: 6 })
  expect(writes(asked).at(-1)).toEqual({ launched: '2021-01-01' })
  expect(done?.version).toBe(6)
})

test('two clashes are asked one after the other, and both are answered', async () => {
  harbour()
  const box = await play(Page, '/o/boat')
  await seen(box, 'On the page: Aurora')
  const clash = (id: string) => {
    if (!boats) throw new Error('no boats')
    const theirs = { ...shown, id, name: `Theirs of ${id}` }
    return clashOver({ object: boats, fields: ['name'], before: shown, theirs, mine: { name: 'Mine' } })
  }
  const answers = [clash('b1'), clash('b2')]
  await seen(document.body, 'Theirs of b1')
  await press(button(document.body, 'Save the choice'))
  await seen(document.body, 'Theirs of b2')
  await press(button(document.body, 'Save the choice'))
  expect(await Promise.all(answers)).toEqual([['name'], ['name']])
})
