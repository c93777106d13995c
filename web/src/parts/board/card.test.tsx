import { afterEach, expect, test } from 'vitest'
import { boardOf } from '../../data/boards'
import { called, describe as described } from '../../meta/describe'
import type { MetaType } from '../../meta/meta'
import { useShow } from '../../meta/show'
import { made } from '../../test/made-up'
import { play, serve } from '../../test/stage'
import { CardFace } from './card'

afterEach(() => document.body.replaceChildren())

const boat = described(made.types[0] as MetaType, { board: { sum: [], card: [], since: 'launched' } })
const asked = { by: 'status', cards: 20 }

test('a card is as old as on the day of its board, though the page looks at another day already', async () => {
  serve({ 'GET /meta': () => made, 'GET /harbour/boats/board': () => ({ groups: [] }) })
  const { at } = await boardOf(boat, asked, { at: '2026-10-11' }).queryFn({ signal: new AbortController().signal })
  const card = { id: 'b1', version: 1, name: 'Aurora', launched: '2026-10-01T00:00:00Z' }
  const box = await play(
    () => <CardFace object={boat} card={card as never} names={{}} show={useShow(boat)} at={at} />,
    '/o/boat?at=2026-12-24',
  )
  expect(box.textContent).toMatch(/Aurora1[01] days/)
})

test('a record without a title is called by what stands in for it, once', async () => {
  serve({ 'GET /meta': () => made })
  const named = described(made.types[0] as MetaType, { board: { sum: [], card: ['status'] }, instead: ['notes', 'status'] })
  const card = { id: 'b2', version: 1, name: '', notes: '', status: 'afloat' }
  const box = await play(() => <CardFace object={named} card={card as never} names={{}} show={useShow(named)} />, '/o/boat')
  expect([box.textContent, called(named, card as never)]).toEqual(['afloat', 'afloat'])
  expect(called(named, { ...card, name: 'Aurora' } as never)).toBe('Aurora')
})
