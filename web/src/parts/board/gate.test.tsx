import { expect, test } from 'vitest'
import { describe as described } from '../../meta/describe'
import type { Doc } from '../../meta/meta'
import { made } from '../../test/made-up'
import { button, play, press, rest, seen, serve, type } from '../../test/stage'
import { useMove } from './use-move'

const type0 = made.types[0] as (typeof made.types)[0]
const sink = type0.commands.find((command) => command.name === 'harbour.Sink') as (typeof type0.commands)[0]
const gated = { ...type0, commands: [...type0.commands.filter((one) => one !== sink), { ...sink, along: ['name', 'berth', 'custom'] }] }
const boats = described(gated, { moves: { sunk: 'harbour.Sink' } })
const ada: Doc = { id: 'a', version: 3, status: 'afloat', name: 'Ada' }
const closed = (...fields: string[]) => ({
  status: 409,
  body: {
    type: '/problems/stage-gate',
    status: 409,
    title: '',
    errors: fields.map((field) => ({ field, code: 'x', message: `${field}?` })),
  },
})

test('what a gate asks for goes with the move as one act, and stays written where the next try is refused', async () => {
  const versions = [5] // then somebody else changes it
  const answers = [closed('berth', 'custom.flag', 'crew'), closed('berth'), { id: 'a', version: 6, undo: null }]
  const asked = serve({
    'GET /meta': () => ({ ...made, types: [gated] }),
    'GET /harbour/boats/a': () => ({ ...ada, version: versions.shift() ?? 6, names: {} }),
    'POST /harbour/boats/a/sink': () => answers.shift(),
  })
  const box = await play(() => {
    const { move, gate } = useMove(boats)
    return (
      <>
        <button type="button" onClick={() => void move(ada, 'sunk')}>
          Sink
        </button>
        {gate}
      </>
    )
  }, '/o/boat')
  await press(button(box, 'Sink'))
  await seen(document.body, 'Crew crew?')
  const [berth, flag] = [...document.querySelectorAll<HTMLInputElement>('form input')]
  if (!berth || !flag) throw new Error('no inputs')
  expect(document.body.textContent).not.toContain('berth?')
  await type(berth, 'C7')
  await type(flag, 'NO')
  await press(button(document.body, 'Move'))
  await seen(document.body, 'berth?')
  expect([berth.value, flag.value]).toEqual(['C7', 'NO'])
  await press(button(document.body, 'Move'))
  await rest()
  const sent = asked.filter((one) => one.method === 'POST')
  expect(sent.map((one) => one.body)).toEqual([{}, { berth: 'C7', custom: { flag: 'NO' } }, { berth: 'C7', custom: { flag: 'NO' } }])
  expect(sent.at(-1)?.headers.get('If-Match')).toBe('"5"')
  expect(document.querySelector('form')).toBeNull()
})
