import { hashKey, QueryClient, QueryObserver } from '@tanstack/react-query'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { signOut } from '../app/session'
import { serve } from '../test/stage'
import { refresh } from './cache'
import { keys } from './keys'
import { ListNews } from './list-news'
import { hear, startLive, watchList } from './live'
import { isOwn, leastFor, underWay, wrote } from './seen'

const client = new QueryClient()
const came = (id: string, version = 1) => hear({ event: 'change', data: { type: 'boat', id, version } })
let judged: string[] = []
let [own, empty] = [[] as string[], false] // of the list that is shown
const news = new ListNews({ order: [], rows: () => new Map(), pages: () => own, empty: () => empty, among: async (ids) => new Set(ids) })
const judge = news.judge.bind(news)
news.judge = async (changes, docs) => {
  judged.push(...changes.keys())
  await judge(changes, docs)
}
let unwatch = () => {}
const hold = (id: string, key: readonly unknown[] = keys.list('boat', {}, {}, 0)) =>
  client.setQueryData(key, { items: [{ id, name: 'Ada' }], next: null, names: {} })
const watch = (queryKey: readonly unknown[], queryFn: () => Promise<unknown> = async () => ({})) =>
  new QueryObserver(client, { queryKey, queryFn, refetchOnMount: false, staleTime: 30_000 }).subscribe(() => undefined)
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
  ;[own, empty] = [[], false]
  client.removeQueries({ queryKey: ['boat'] })
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

test('what is told of a record while an own command is under way waits for its answer: the own version is not read again', async () => {
  let reads = 0
  const key = keys.one('boat', 'mine', {})
  client.setQueryData(key, { record: { id: 'mine', version: 1 }, names: {} })
  const over = watch(key, async () => {
    reads += 1
    return { record: { id: 'mine', version: 3 }, names: {} }
  })
  let answer = (_: number) => {}
  const command = underWay('mine', new Promise<number>((done) => (answer = done))).then((version) => wrote('boat', 'mine', version))
  came('mine', 2)
  came('mine', 3)
  await vi.advanceTimersByTimeAsync(100)
  expect(reads).toBe(0)
  answer(2)
  await command
  await vi.advanceTimersByTimeAsync(100)
  expect(reads).toBe(1) // for version 3, which is somebody else's
  await pace()
  expect(judged).toEqual(['mine'])
  over()
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

test('the stream begins behind the position that the pages were read behind', async () => {
  const asked = serve({ 'GET /changes': () => '' })
  const left = new AbortController()
  startLive(client, left.signal, 4810)
  await vi.advanceTimersByTimeAsync(10)
  left.abort()
  const { headers } = asked.find(({ path }) => path === '/changes') ?? {}
  expect(headers?.get('Last-Event-ID')).toBe('4810')
})

/** A tab that hears what another one reads from the stream, until its own turn to read comes. */
function waitingTab(from: number): { hears(data: object): void; turn(): void; left: AbortController } {
  let [hears, turn] = [(_: object) => {}, () => {}]
  class Channel {
    addEventListener = (_: string, listener: (message: { data: object }) => void) => (hears = (data) => listener({ data }))
    postMessage() {}
    close() {}
  }
  vi.stubGlobal('BroadcastChannel', Channel)
  vi.stubGlobal('navigator', { locks: { request: (_: string, __: object, lead: () => void) => new Promise(() => (turn = lead)) } })
  const left = new AbortController()
  startLive(client, left.signal, from)
  vi.unstubAllGlobals()
  return { hears, turn, left }
}
const stream = (...blocks: string[]) => {
  const asked: (string | null)[] = []
  globalThis.fetch = async (_, init) => {
    asked.push(new Headers(init?.headers).get('Last-Event-ID'))
    return new Response(asked.length > 1 ? '' : blocks.map((block) => `${block}\n\n`).join(''))
  }
  return asked
}

test('a tab that reads the stream after another one goes on where that one was', async () => {
  const [asked, tab] = [stream(), waitingTab(4810)]
  tab.hears({ event: 'ready', id: '4900', data: { rights: 'r1' } })
  tab.hears({ event: 'change', id: '5120', data: { type: 'boat', id: 'theirs', version: 1 } })
  tab.turn()
  await vi.advanceTimersByTimeAsync(10)
  tab.left.abort()
  expect(asked).toEqual(['5120'])
})

test('a stream that comes back goes on behind the last position that it named, also one without anything to tell', async () => {
  const asked = stream('event: ready\nid: 4810\ndata: {"position":4810,"rights":"r1"}', 'id: 9000')
  const left = new AbortController()
  startLive(client, left.signal, 4810)
  await vi.advanceTimersByTimeAsync(3100)
  left.abort()
  expect(asked).toEqual(['4810', '9000'])
})

test('a list that is read again has no news', async () => {
  came('theirs')
  await pace()
  expect(news.now()).toMatchObject({ fresh: 1, held: true })
  await refresh(client, 'boat')
  expect(news.now()).toMatchObject({ fresh: 0, held: false })
})

test('what was told before a list is read again is not looked at', async () => {
  came('theirs')
  await refresh(client, 'boat')
  await pace()
  expect([judged, news.now().touched]).toEqual([[], false])
})

test('what could not be looked at is told as many changes', async () => {
  hold('a')
  serve({ 'GET /harbour/boats': () => ({ status: 500, body: {} }) })
  const off = watch(keys.list('boat', {}, {}, 0))
  came('a', 2)
  await pace()
  expect(news.now()).toMatchObject({ many: true, held: true })
  off()
})

test('lists that hear nothing are read again: first rows at once, pages when they are shown', async () => {
  serve({ 'GET /harbour/boats': () => ({ items: [{ id: 'a', name: 'Zoe' }], next: null, names: {} }) })
  const [mine, other] = [keys.list('boat', {}, {}, 1), keys.list('boat', { q: 'b' }, {}, 0)]
  for (const key of [mine, other]) hold('a', key)
  const related = [...keys.list('boat', {}, {}, 0), 20] as const
  hold('a', related)
  own = [hashKey(mine)]
  const read = vi.fn(async () => ({ items: [], next: null, names: {} }))
  const off = watch(related, read)
  const stale = (key: readonly unknown[]) => client.getQueryState(key)?.isInvalidated
  came('a', 2)
  await pace()
  expect(read).toHaveBeenCalledTimes(1)
  expect([stale(mine), stale(other)]).toEqual([false, true])
  unwatch() // the list is left
  expect(stale(mine)).toBe(true)
  off()
})

test('what comes to an empty list is shown, not told', async () => {
  const first = keys.list('boat', {}, {}, 0)
  client.setQueryData(first, { items: [], next: null, names: {} })
  ;[own, empty] = [[hashKey(first)], true]
  came('new')
  await pace()
  expect([judged, news.now().fresh, client.getQueryState(first)?.isInvalidated]).toEqual([[], 0, true])
})

test('whoever signs in after one has written nothing', async () => {
  vi.useRealTimers()
  serve({})
  wrote('boat', 'mine', 7)
  await signOut()
  expect([isOwn('mine', 7), leastFor('boat')]).toEqual([false, undefined])
})
