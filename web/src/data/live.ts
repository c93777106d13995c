import type { QueryClient, QueryKey } from '@tanstack/react-query'
import { useSyncExternalStore } from 'react'
import { isProblem } from '../api/problem'
import { events } from '../api/stream'
import { onSignOut } from '../app/session'
import { heldVersion, isListed, OF_RECORD, onReread, outdate, present, refresh } from './cache'
import type { Change, ListNews } from './list-news'
import { forgetAnswers } from './offline/kept'
import { LOOKED_AT, patchRows, pathOf, readAmong } from './rows'
import { isOwn, leastOf, onWrote, sentFor } from './seen'

interface Told {
  type: string
  id: string
  version?: number
  recorded_at?: string
}
/** id: how far the stream is with it. Another tab may be of a version that tells none. */
type Heard = { id?: string } & (
  | { event: 'change' | 'gone'; data: Told }
  | { event: 'reset'; data: { rights: string } }
  | { event: 'ready'; data: { rights: string } }
)
/** How far a tab has heard the stream, and the rights that it heard of: it goes on there when its turn to read comes. */
interface Place {
  after: string
  rights: string
}

const GLOW_MS = 600
const PACE_MS = 1000 // lists and boards are asked again once a second at most, however much changes
const AGAIN_MS = 3000

const glowing = new Map<string, number>()
/** The lists and boards that are shown, of each type. */
const lists = new Map<string, Set<ListNews>>()
const listeners = new Set<() => void>()
const say = () => {
  for (const listener of listeners) listener()
}
const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

function glow(id: string): void {
  glowing.set(id, Date.now() + GLOW_MS)
  setTimeout(() => {
    if ((glowing.get(id) ?? 0) <= Date.now()) glowing.delete(id)
    say()
  }, GLOW_MS + 20)
  say()
}

/** Whether a record has just been changed by somebody else: its row or card glows. */
export const useGlow = (id: string): boolean => useSyncExternalStore(subscribe, () => glowing.has(id))

/** A list or board that is shown hears what others do with records of its type, until the answer is called: then it knows of nothing. */
export function watchList(type: string, news: ListNews): () => void {
  const all = lists.get(type) ?? new Set()
  lists.set(type, all.add(news))
  return () => {
    all.delete(news)
    if (!news.now().touched) return
    const isRead = ({ queryKey }: { queryKey: QueryKey }) => present(queryKey, type, 'list', 'board')
    void client?.invalidateQueries({ refetchType: 'none', predicate: isRead }) // when it opens again it is read, not shown as it was
    news.reset() // the past, or a board in its place, shows no marks of now
  }
}
const watching = (type: string): ListNews[] => [...(lists.get(type) ?? [])]

/** Once lists of a type are read again, nothing is marked or counted in them, and what was told before needs no look. */
function forget(type: string): void {
  waiting.delete(type)
  readings.set(type, readingOf(type) + 1)
  for (const list of watching(type)) list.reset()
}
onReread(forget)

const ears = new Map<string, Set<() => void>>()
/** Called when records of a type have changed; what one does oneself does not count. */
export function onChanged(type: string, listener: () => void): () => void {
  const all = ears.get(type) ?? new Set()
  ears.set(type, all.add(listener))
  return () => all.delete(listener)
}

let client: QueryClient | undefined
let waiting = new Map<string, Map<string, Change>>()
let timer: ReturnType<typeof setTimeout> | undefined
let work = Promise.resolve()
/** Looks at changes of a type that have begun or are to begin. */
const looks = new Map<string, number>()
/** How often the lists of a type were read again. */
const readings = new Map<string, number>()
const readingOf = (type: string) => readings.get(type) ?? 0

/** At a pace: rows that are shown change where they stand, lists judge what that means to them, counts are asked again. */
function soon(type: string, id: string, change: Change): void {
  const of = waiting.get(type) ?? new Map<string, Change>()
  waiting.set(type, of.set(id, { version: of.get(id)?.version ?? change.version, at: of.get(id)?.at ?? change.at }))
  for (const list of watching(type)) list.hold()
  if (timer !== undefined) return
  timer = setTimeout(() => {
    timer = undefined
    const changed = waiting
    waiting = new Map()
    for (const [one, changes] of changed) enqueue(one, changes)
  }, PACE_MS)
}

/** One look after the other. What could not be looked at is told as much that changed. */
function enqueue(type: string, changes: ReadonlyMap<string, Change>): void {
  const reading = readingOf(type)
  const isOver = () => readingOf(type) !== reading
  looks.set(type, (looks.get(type) ?? 0) + 1)
  work = work
    .then(() => (isOver() ? undefined : look(type, changes, isOver)))
    .catch(() => {
      if (!isOver()) for (const list of watching(type)) list.flood()
    })
    .then(() => {
      looks.set(type, (looks.get(type) ?? 1) - 1)
      if (looks.get(type) === 0 && !waiting.has(type)) for (const list of watching(type)) list.settle()
    })
}

/** isOver: whether the lists were read again meanwhile, so that there is nothing to tell. */
async function look(type: string, changes: ReadonlyMap<string, Change>, isOver: () => boolean): Promise<void> {
  const path = client && pathOf(client, type)
  if (client === undefined || path === undefined) return
  const ids = [...changes.keys()]
  for (const list of watching(type)) if (list.source.empty()) list.reset() // what comes to it is shown at once
  const told = watching(type).filter((list) => !list.source.empty())
  outdate(client, type, new Set(told.flatMap((list) => list.source.pages())))
  void refresh(client, type, undefined, ['count'])
  if (ids.length > LOOKED_AT) {
    for (const list of told) list.flood()
    return
  }
  const of = client
  const shown = ids.filter((id) => isListed(of, type, id))
  const { items, names } = await readAmong(path, shown, { names: true })
  const docs = new Map(items.map((doc) => [doc.id, doc]))
  if (isOver()) return
  await Promise.all(told.map((list) => list.judge(changes, docs)))
  if (!isOver()) patchRows(client, type, docs, names)
}

export function hear(heard: Heard): void {
  if (client === undefined || heard.event === 'ready') return
  if (heard.event === 'reset') {
    void forgetAnswers() // rights may have gone
    for (const type of lists.keys()) forget(type)
    waiting.clear()
    void client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'meta' })
    return
  }
  const { type, id, version = Number.POSITIVE_INFINITY, recorded_at: at } = heard.data // one that was given away tells no version
  const sent = sentFor(id)
  if (sent) {
    const later = () => hear(heard) // once the answer says which version is its own
    sent.then(later, later)
    return
  }
  if ((leastOf(id) ?? 0) >= version) return // its own doing: the command has seen to it
  if ((heldVersion(client, type, id) ?? 0) < version) void refresh(client, type, id, OF_RECORD)
  for (const listener of ears.get(type) ?? []) listener()
  if (isOwn(id, version)) return
  if (isListed(client, type, id)) glow(id)
  soon(type, id, { version, at })
}

/** The stream may tell of a record before its command is answered. */
onWrote((type, id, version) => {
  const told = waiting.get(type)
  if ((told?.get(id)?.version ?? Number.POSITIVE_INFINITY) <= version) told?.delete(id)
})

onSignOut(() => waiting.clear())

/**
 * One stream for all tabs: the one that holds the lock reads it and tells the others. Ends with `signal`.
 * from: the position that all pages were read behind; without it what changes before the stream begins is missed.
 */
export function startLive(of: QueryClient, signal: AbortSignal, from?: number): void {
  client = of
  const place: Place = { after: String(from ?? ''), rights: '' }
  const take = (heard: Heard) => {
    place.after = heard.id || place.after
    if (heard.event === 'ready' || heard.event === 'reset') place.rights = heard.data.rights
    hear(heard)
  }
  const channel = typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel('crm-live')
  channel?.addEventListener('message', ({ data }) => take(data as Heard))
  signal.addEventListener('abort', () => channel?.close())
  const lead = () => follow(signal, place, (heard) => [take(heard), channel?.postMessage(heard)])
  const { locks } = navigator as { locks?: LockManager | null } // secure contexts alone have them
  if (locks) locks.request('crm-live', { signal }, lead).catch(() => undefined)
  else void lead()
}

async function follow(signal: AbortSignal, place: Readonly<Place>, tell: (heard: Heard) => unknown): Promise<void> {
  while (!signal.aborted) {
    try {
      for await (const { event, id, data } of events('/changes', { after: place.after, signal })) {
        const { rights } = place
        // without data: nothing that this person sees happened up to there
        const heard = (data ? { event, id, data: JSON.parse(data) } : { event: 'ready', id, data: { rights } }) as Heard
        tell(heard)
        if (heard.event === 'ready' && rights && rights !== heard.data.rights) tell({ ...heard, event: 'reset' })
      }
    } catch (error) {
      if (isProblem(error, 'unauthenticated', 'forbidden')) return
    }
    await new Promise((done) => setTimeout(done, AGAIN_MS))
  }
}
