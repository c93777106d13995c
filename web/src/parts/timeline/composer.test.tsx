import { useState } from 'react'
import { afterEach, expect, test } from 'vitest'
import { describe } from '../../meta/describe'
import type { MetaType } from '../../meta/meta'
import { made } from '../../test/made-up'
import { button, play, press, serve, type } from '../../test/stage'
import { Composer } from './composer'

const boat = describe(made.types[0] as MetaType)
afterEach(() => document.body.replaceChildren())

/** A page whose tabs take the composer away, for one of two records. */
function Page() {
  const [place, go] = useState('one')
  return (
    <>
      {['one', 'two', 'history'].map((to) => (
        <button key={to} type="button" onClick={() => go(to)}>
          {to}
        </button>
      ))}
      {place !== 'history' && <Composer key={place} about={boat} id={place} activity={boat} />}
    </>
  )
}

test('a half-written note is there again after another tab, for its record alone, until it is saved', async () => {
  const asked = serve({
    'GET /meta': () => ({ body: made }),
    'POST /harbour/boats': () => ({ status: 201, body: { id: 'n', version: 1 } }),
  })
  const box = await play(Page, '/o/boat/one')
  const field = () => box.querySelector('textarea') as HTMLTextAreaElement
  await type(field(), 'She leaks')
  await press(button(box, 'history'))
  await press(button(box, 'one'))
  expect(field().value).toBe('She leaks')
  await press(button(box, 'two'))
  expect(field().value).toBe('')
  await press(button(box, 'one'))
  await press(box.querySelector('button[type="submit"]'))
  expect(asked.filter(({ method }) => method === 'POST').map(({ body }) => body)).toMatchObject([{ subject: 'She leaks' }])
  await press(button(box, 'history'))
  await press(button(box, 'one'))
  expect(field().value).toBe('')
})
