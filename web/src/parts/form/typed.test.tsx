import { expect, test } from 'vitest'
import { describe as described } from '../../meta/describe'
import { made } from '../../test/made-up'
import { button, play, press, rest, serve } from '../../test/stage'
import { CreateForm } from './create-form'

type BoatType = (typeof made.types)[0]
const boat = made.types[0] as BoatType
const commands = boat.commands.map((one) => (one.action === 'create' ? { ...one, fields: { name: true, sister: true, berth: true } } : one))
const holds = described({ ...boat, commands }, { typed: { type: 'berth', record: 'sister' } })

test('who names a record is not asked for its type, which is sent all the same', async () => {
  const asked = serve({
    'GET /meta': () => made,
    'GET /harbour/boats': () => ({ items: [], names: {} }),
    'POST /harbour/boats': () => ({ id: 'b', version: 1, undo: null }),
  })
  const given = { name: 'Flying Dutchman', sister: 'a', berth: 'boat' }
  await play(() => <CreateForm object={holds} given={given} onDone={() => undefined} onClose={() => undefined} />, '/o/boat')
  expect(document.querySelector('[role=dialog]')?.textContent).toContain('Sister')
  expect(document.querySelector('[role=dialog]')?.textContent).not.toContain('Berth')
  await press(button(document, 'Create'))
  await rest()
  expect(asked.find((one) => one.method === 'POST')?.body).toEqual(given)
})
