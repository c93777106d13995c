import { QueryClient, QueryObserver } from '@tanstack/react-query'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { signOut } from '../app/session'
import { serve } from '../test/stage'
import { refresh } from './cache'
import { keys } from './keys'
import { ListNews } from './list-news'
import { hear, startLive, watchList } from './live'
import { isOwn, leastFor, wrote } from './seen'

const client = new QueryClient()
const came = (id: string, version = 1) => hear({ event: 'change', data: { type: 'boat', id, version } })
let judged: string[] = []
const news = new ListNews({ order: [], rows: () => new Map(), among: async (ids) => new Set(ids) })
const judge = news.judge.bind(news)
news.judge = async (changes, docs) => {
  judged.push(...changes.keys())
  await judge(changes, docs)
}
let unwatch = () => {}
const pace = () => vi.advanceTimersByTimeAsync(1100)

beforeEach(() => {
  vi.useFakeTimers()
  client.setQueryData(['meta', 'en'], { types: [{ name: 'boat', path: '/harbour/boats' }] })
  startLive(client, AbortSignal.abort())
  unwatch = watchList('boat', news)
  judged = []
})
afterEach(async () => {
  if (vi.isFakeTimers()) await pace()
  unwatch()
  news.reset()
  vi.useRealTimers()
})

test('what others make is new, what one makes oneself is not, however early the stream tells of it', async () => {
  came('theirs')
  came('mine')
  expect(news.now().held).toBe(true)
  wrote('boat', 'mine', 1)
  await pace()
  expect(judged).toEqual(['theirs'])
  came('mine')
  came('also theirs')
  came('theirs', 2)
  await pace()
  expect([judged, news.now().fresh]).toEqual([['theirs', 'also theirs', 'theirs'], 2])
})

test('what others do with a record that one wrote earlier is news, also where the own answer comes late', async () => {
  wrote('boat', 'shared', 3)
  came('shared', 3)
  await pace()
  expect(judged).toEqual([])
  came('shared', 5)
  wrote('boat', 'shared', 4)
  await pace()
  expect(judged).toEqual(['shared'])
})

test('rows take new values where they stand, and what was given away stays until the list is read again', async () => {
  const key = keys.list('boat', {}, {}, 0)
  client.setQueryData(
    key,
    {
      items: [
        { id: 'a', name: 'Ada' },
        { id: 'b', name: 'Bea' },
      ],
      next: null,
      names: {},
    },
    { updatedAt: 7 },
  )
  const asked = serve({
    'GET /harbour/boats': () => ({ items: [{ id: 'a', name: 'Zoe', owner: 'u1' }], next: null, names: { u1: 'Li Lei' } }),
  })
  const off = new QueryObserver(client, { queryKey: key, queryFn: async () => ({}), refetchOnMount: false }).subscribe(() => undefined)
  came('a', 2)
  hear({ event: 'gone', data: { type: 'boat', id: 'b' } })
  await pace()
  expect(judged).toEqual(['a', 'b'])
  const page = client.getQueryData<{ items: unknown[]; names: object }>(key)
  expect(page?.items).toEqual([
    { id: 'a', name: 'Zoe', owner: 'u1' },
    { id: 'b', name: 'Bea' },
  ])
  expect(page?.names).toEqual({ u1: 'Li Lei' })
  expect(client.getQueryState(key)?.dataUpdatedAt).toBe(7)
  expect(asked).toHaveLength(1)
  off()
})

test('a list that is read again has no news', async () => {
  came('theirs')
  await pace()
  expect(news.now()).toMatchObject({ fresh: 1, held: true })
  await refresh(client, 'boat')
  expect(news.now()).toMatchObject({ fresh: 0, held: false })
})

test('whoever signs in after one has written nothing', async () => {
  vi.useRealTimers()
  serve({})
  wrote('boat', 'mine', 7)
  await signOut()
  expect([isOwn('mine', 7), leastFor('boat')]).toEqual([false, undefined])
})
