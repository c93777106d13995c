import { afterEach, expect, test } from 'vitest'
import { made } from '../../test/made-up'
import { play, seen, serve } from '../../test/stage'
import { type Asked, SESSION_GOES_ON } from './answers'
import { Events } from './events'

afterEach(() => document.body.replaceChildren())

test.each<[Asked, string | null]>([
  [{}, SESSION_GOES_ON],
  [{ actor: 'u1', category: 'boat' }, SESSION_GOES_ON],
  [{ all: true }, null],
  [{ category: 'session' }, null],
  [{ type: SESSION_GOES_ON }, null],
  [{ record: 'session-1' }, null],
])('of %j it is left out that a session goes on: %s', async (asked, without) => {
  const page = { items: [], next: null, names: {}, complete: true }
  const sent = serve({ 'GET /meta': () => made, 'GET /audit/search': () => page })
  const box = await play(() => <Events asked={asked} onOpen={() => undefined} />, '/o/boat')
  await seen(box, 'Nothing was found')
  const { query } = sent.find(({ path }) => path === '/audit/search') ?? {}
  expect([query?.get('without'), query?.get('all')]).toEqual([without, null])
})
