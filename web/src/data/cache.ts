import type { InfiniteData, QueryClient, QueryKey } from '@tanstack/react-query'
import type { Doc } from '../meta/meta'
import type { BoardAnswer } from './boards'
import { PAGE_PARTS } from './keys'
import type { One, Page } from './records'

type Held = One | Page | BoardAnswer | InfiniteData<unknown> | undefined
export type Snapshot = [QueryKey, unknown][]

export const present = (key: QueryKey, type: string, ...what: string[]) =>
  key[0] === type && what.includes(String(key[1])) && key.includes('now')

/**
 * Show a change at once: in the record and in every list and board of now that holds it. Answers what was there before.
 * A patch that names its version changes nothing that is newer: others may have been there meanwhile.
 */
export function patchHeld(client: QueryClient, type: string, id: string, patch: Record<string, unknown>): Snapshot {
  const before: Snapshot = []
  for (const [key, held] of client.getQueriesData<Held>({ predicate: ({ queryKey }) => present(queryKey, type, 'one', 'list', 'board') })) {
    const next = patched(held, id, patch)
    if (next === held) continue
    before.push([key, held])
    client.setQueryData(key, next)
  }
  return before
}

export function rollBack(client: QueryClient, before: Snapshot): void {
  for (const [key, held] of before) client.setQueryData(key, held)
}

function patched(held: Held, id: string, patch: Record<string, unknown>): Held {
  if (held === undefined) return held
  const { version = Number.POSITIVE_INFINITY } = patch as Partial<Doc>
  const takes = (one: Doc) => one.id === id && !(one.version > version)
  if ('record' in held) return takes(held.record) ? { ...held, record: merged(held.record, patch) } : held
  if ('items' in held) {
    return held.items.some(takes) ? { ...held, items: held.items.map((one) => (takes(one) ? merged(one, patch) : one)) } : held
  }
  if (!('groups' in held) || !held.groups.some((group) => group.cards?.some(takes))) return held
  const groups = held.groups.map((group) => ({
    ...group,
    cards: group.cards?.map((card) => (takes(card) ? merged(card, patch) : card)),
  }))
  return { ...held, groups }
}

/** A record with other values; custom ones stand within `custom`. */
export function merged(record: Doc, patch: Record<string, unknown>): Doc {
  const { custom, ...plain } = patch
  if (custom === undefined) return { ...record, ...plain }
  return { ...record, ...plain, custom: { ...(record.custom as object), ...(custom as object) } }
}

/** The version of a record that this client holds; undefined where none. */
export function heldVersion(client: QueryClient, type: string, id: string): number | undefined {
  return client.getQueryData<One>([type, 'one', id, 'now'])?.record.version
}

/** Whether a list or board on the screen shows the record. */
export function isListed(client: QueryClient, type: string, id: string): boolean {
  const active = client.getQueriesData<Held>({ type: 'active', predicate: ({ queryKey }) => present(queryKey, type, 'list', 'board') })
  return active.some(([, held]) => {
    if (held === undefined) return false
    if ('items' in held) return held.items.some((one) => one.id === id)
    return 'groups' in held && held.groups.some((group) => group.cards?.some((card) => card.id === id))
  })
}

export const OF_RECORD = ['one', 'history', 'timeline', 'stays', 'difference']
const OF_TYPE = ['list', 'count', 'board']

const rereads = new Set<(type: string) => void>()
/** Hears of each type whose lists are read again. */
export const onReread = (listener: (type: string) => void): unknown => rereads.add(listener)

/** Ask again for what shows the record: itself, its history, timeline and differences, and the lists, counts and boards of its type. */
export function refresh(client: QueryClient, type: string, id?: string, what = [...OF_RECORD, ...OF_TYPE]): Promise<void> {
  if (what.includes('list')) for (const listener of rereads) listener(type)
  return client.invalidateQueries({
    predicate: ({ queryKey }) => {
      const [first, kind, which] = queryKey
      if (kind === 'timeline' && type === 'activity') return true
      if (!what.includes(String(kind)) || !present(queryKey, type, String(kind))) return false
      return OF_TYPE.includes(String(kind)) || id === undefined || which === id || first !== type
    },
  })
}

/**
 * Lists and boards that nobody tells what changed: boards and first rows that stand on a page are asked again, what does not when it is shown.
 * spared: the hashes of what was read of lists and boards that are told.
 */
export function outdate(client: QueryClient, type: string, spared: ReadonlySet<string>): void {
  const firstRows = (key: QueryKey) => present(key, type, 'list') && key.length > PAGE_PARTS
  void client.invalidateQueries({
    predicate: ({ queryKey, queryHash }) => firstRows(queryKey) || (present(queryKey, type, 'board') && !spared.has(queryHash)),
  })
  void client.invalidateQueries({
    type: 'inactive',
    refetchType: 'none',
    predicate: ({ queryKey, queryHash }) => present(queryKey, type, 'list') && !spared.has(queryHash),
  })
}
