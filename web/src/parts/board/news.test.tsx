import { useQueryClient } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import { act, useEffect } from 'react'
import { beforeEach, expect, test, vi } from 'vitest'
import { hear, startLive } from '../../data/live'
import { describe as described } from '../../meta/describe'
import { made } from '../../test/made-up'
import { button, play, press, rest, type Sent, seen, serve } from '../../test/stage'
import Board from './board'
import { withFigures } from './use-news'

const boats = described(made.types[0] as (typeof made.types)[0])
const QUERY = {}
interface Boat {
  status: string
  name: string
  version: number
  updated_by?: string
}

/** A harbour whose boats others change. */
function harbour(fleet: Record<string, Boat>) {
  const docs = () => Object.entries(fleet).map(([id, boat]) => ({ id, ...boat }))
  const groups = (cards: string | null) =>
    ['afloat', 'sunk'].flatMap((key) => {
      const own = docs().filter((boat) => boat.status === key)
      return own.length > 0 ? [{ key, count: own.length, next: null, ...(cards !== '0' && { cards: own }) }] : []
    })
  const listed = ({ query }: Sent) => {
    const ids = (JSON.parse(query.get('filter') ?? '{}').all ?? []).flatMap((leaf: { value: string[] }) => leaf.value)
    return { items: docs().filter((boat) => ids.includes(boat.id)), next: null, names: { u1: 'Li Lei' } }
  }
  serve({
    'GET /meta': () => made,
    'GET /harbour/boats/board': ({ query }) => ({ groups: groups(query.get('cards')), names: { u1: 'Li Lei' } }),
    'GET /harbour/boats': listed,
  })
  return (id: string, now: Partial<Boat> | undefined) => {
    const before = fleet[id]
    if (now && before) fleet[id] = { ...before, ...now, version: before.version + 1, updated_by: 'u1' }
    else delete fleet[id]
    return act(async () => hear({ event: now ? 'change' : 'gone', data: { type: 'boat', id, version: fleet[id]?.version } }))
  }
}

const drawn = vi.hoisted(() => [] as string[])
vi.mock('../../data/live', async (original) => {
  const live = (await original()) as typeof import('../../data/live')
  return { ...live, useGlow: (id: string) => [drawn.push(id), live.useGlow(id)][1] } // each card asks at each of its renderings
})
beforeEach(() => {
  drawn.length = 0
})

let router: ReturnType<typeof useRouter>
function Live() {
  router = useRouter()
  const client = useQueryClient()
  useEffect(() => startLive(client, AbortSignal.abort()), [client])
  return <Board object={boats} query={QUERY} path="" ofView="" onOpen={() => undefined} />
}
const lane = (box: HTMLElement, key: string): string => box.querySelector(`[data-lane=${key}]`)?.textContent ?? ''

test('cards that others move or take away stay, are marked, and go where they belong on demand', async () => {
  const others = harbour({
    a: { name: 'Ada', status: 'afloat', version: 1 },
    b: { name: 'Bea', status: 'afloat', version: 1 },
    c: { name: 'Cid', status: 'afloat', version: 1 },
  })
  const box = await play(Live, '/o/boat')
  await seen(box, 'Cid')
  await others('b', { status: 'sunk' })
  await others('c', undefined)
  await seen(box, 'Li Lei moved it to Sunk')
  await seen(box, 'No longer on this board')
  expect(lane(box, 'afloat')).toMatch(/^Afloat1Ada.*Bea.*Cid/)
  expect(lane(box, 'sunk')).toBe('Sunk1')
  await press(button(box, '2 would stand elsewhere'))
  await seen(box, 'Sunk1Bea')
  expect(lane(box, 'afloat')).toMatch(/^Afloat1Ada$/)
  expect(box.querySelector('[data-mark]')).toBeNull()
})

test('a board of the past shows the past, whatever others have done since, and so does the way back', async () => {
  const others = harbour({ a: { name: 'Ada', status: 'afloat', version: 1 }, b: { name: 'Bea', status: 'afloat', version: 1 } })
  const box = await play(Live, '/o/boat')
  await seen(box, 'Bea')
  await others('b', { status: 'sunk' })
  await seen(box, 'Li Lei moved it to Sunk')
  for (const at of ['2026-05-01', undefined]) {
    await act(async () => router.navigate({ to: '.', search: { at } as never }))
    await seen(box, 'Sunk1Bea')
    expect(box.querySelector('[data-mark]')).toBeNull()
    expect(button(box, '1 would stand elsewhere')).toBeUndefined()
  }
})

test('a card that others bring back is marked no more', async () => {
  const others = harbour({ a: { name: 'Ada', status: 'afloat', version: 1 }, b: { name: 'Bea', status: 'afloat', version: 1 } })
  const box = await play(Live, '/o/boat')
  await seen(box, 'Bea')
  await others('b', { status: 'sunk' })
  await seen(box, 'Li Lei moved it to Sunk')
  await others('b', { status: 'afloat', name: 'Beatrix' })
  await seen(box, 'Beatrix')
  expect(box.querySelector('[data-mark]')).toBeNull()
  expect(button(box, '1 would stand elsewhere')).toBeUndefined()
})

test('counts and sums are those of now, cards those that were read', () => {
  const read = [
    { key: 'a', count: 2, sum: '9', cards: [{ id: '1', version: 1 }], next: 'x' },
    { key: 'b', count: 1, sum: '4', cards: [{ id: '2', version: 1 }], next: null },
  ]
  expect(
    withFigures(read, [
      { key: 'a', count: 3, sum: '13' },
      { key: 'c', count: 1 },
    ]),
  ).toEqual([
    { ...read[0], count: 3, sum: '13' },
    { key: 'c', count: 1, cards: [], next: null },
    { ...read[1], count: 0, sum: null, sums: [], totals: undefined },
  ])
  expect(withFigures(read, undefined)).toBe(read)
})

test('where one card changes, the others are not rendered', async () => {
  const others = harbour({ a: { name: 'Ada', status: 'afloat', version: 1 }, b: { name: 'Bea', status: 'afloat', version: 1 } })
  const box = await play(Live, '/o/boat')
  await seen(box, 'Bea')
  await rest(200)
  drawn.length = 0
  await others('b', { status: 'sunk' })
  await seen(box, 'Li Lei moved it to Sunk')
  expect(new Set(drawn)).toEqual(new Set(['b']))
})
