import type { QueryClient } from '@tanstack/react-query'
import { useMemo, useSyncExternalStore } from 'react'
import { isProblem } from '../api/problem'
import { events } from '../api/stream'
import { onSignOut } from '../app/session'
import { freshen, heldVersion, isListed, OF_RECORD, refresh } from './cache'
import { forgetAnswers } from './offline/kept'
import { isOwn, leastOf, onWrote } from './seen'

interface Change {
  type: string
  id: string
  version?: number
  actor?: string
}
type Heard =
  | { event: 'change' | 'gone'; data: Change }
  | { event: 'reset'; data: { rights: string } }
  | { event: 'ready'; data: { rights: string } }

const GLOW_MS = 600
const PACE_MS = 1000 // lists and boards are asked again once a second at most, however much changes
const AGAIN_MS = 3000

const glowing = new Map<string, number>()
/** Of each type: which records, and the version that was heard of last. */
const newcomers = new Map<string, ReadonlyMap<string, number>>()
const NOBODY: ReadonlyMap<string, number> = new Map()
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

export const newcomersOf = (type: string): ReadonlyMap<string, number> => newcomers.get(type) ?? NOBODY

/** Records that came to a list since it was read: rows never jump, so a chip offers them. */
export function useNewcomers(type: string): { count: number; take(): void } {
  const found = useSyncExternalStore(subscribe, () => newcomersOf(type))
  return useMemo(() => ({ count: found.size, take: () => takeNewcomers(type) }), [found, type])
}

let client: QueryClient | undefined
let waiting = new Map<string, Set<string>>()
let timer: ReturnType<typeof setTimeout> | undefined

export function takeNewcomers(type: string): void {
  newcomers.delete(type)
  say()
  if (client) void refresh(client, type)
}

/** Rows that are shown change where they stand, at a pace; counts and boards are asked again. */
function soon(type: string, id: string): void {
  waiting.set(type, new Set([...(waiting.get(type) ?? []), id]))
  if (timer !== undefined) return
  timer = setTimeout(() => {
    timer = undefined
    const changed = waiting
    waiting = new Map()
    for (const [one, ids] of changed) if (client) void freshen(client, one, [...ids])
  }, PACE_MS)
}

export function hear(heard: Heard): void {
  if (client === undefined || heard.event === 'ready') return
  if (heard.event === 'reset') {
    void forgetAnswers() // rights may have gone
    void client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'meta' })
    return
  }
  const { type, id, version = 0 } = heard.data
  if ((leastOf(id) ?? 0) >= version) return // its own doing: the command has seen to it
  if ((heldVersion(client, type, id) ?? 0) < version) void refresh(client, type, id, OF_RECORD)
  if (heard.event === 'gone') {
    void refresh(client, type)
    return
  }
  if (isListed(client, type, id)) {
    glow(id)
    soon(type, id)
  } else if (!isOwn(id, version)) {
    newcomers.set(type, new Map(newcomersOf(type)).set(id, version))
    say()
  }
}

/** The stream may tell of a record before its command is answered. */
onWrote((type, id, version) => {
  const found = new Map(newcomersOf(type))
  if ((found.get(id) ?? Number.POSITIVE_INFINITY) > version) return
  found.delete(id)
  newcomers.set(type, found)
  say()
})
onSignOut(() => newcomers.clear())

/** One stream for all tabs: the one that holds the lock reads it and tells the others. Ends with `signal`. */
export function startLive(of: QueryClient, signal: AbortSignal): void {
  client = of
  const channel = typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel('crm-live')
  channel?.addEventListener('message', ({ data }) => hear(data as Heard))
  signal.addEventListener('abort', () => channel?.close())
  const lead = () => follow(signal, (heard) => [hear(heard), channel?.postMessage(heard)])
  const { locks } = navigator as { locks?: LockManager | null } // secure contexts alone have them
  if (locks) locks.request('crm-live', { signal }, lead).catch(() => undefined)
  else void lead()
}

async function follow(signal: AbortSignal, tell: (heard: Heard) => unknown): Promise<void> {
  let [after, rights] = ['', '']
  while (!signal.aborted) {
    try {
      for await (const { event, id, data } of events('/changes', { after, signal })) {
        after = id || after
        const heard = { event, data: JSON.parse(data) } as Heard
        tell(heard)
        if (heard.event !== 'ready' && heard.event !== 'reset') continue
        if (heard.event === 'ready' && rights && rights !== heard.data.rights) tell({ event: 'reset', data: heard.data })
        rights = heard.data.rights
      }
    } catch (error) {
      if (isProblem(error, 'unauthenticated', 'forbidden')) return
    }
    await new Promise((done) => setTimeout(done, AGAIN_MS))
  }
}
