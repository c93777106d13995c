import { keepPreviousData, type QueryClient, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { get, type Query } from '../api/client'
import type { components } from '../api/schema/customer'
import type { ObjectDescription } from '../meta/describe'
import type { Doc } from '../meta/meta'
import { isPast, keys, type ListQuery, type Moment, momentQuery, queryOf } from './keys'
import { useMoment } from './moment'
import { leastFor, leastOf } from './seen'

export type HistoryEntry = components['schemas']['HistoryEntry']
export type Names = Record<string, string>
export interface Rights {
  edit: boolean
  fields?: string[]
  commands: Record<string, boolean>
}
/** One record: rights are those of now, so a past one has none. */
export interface One {
  record: Doc
  names: Names
  rights?: Rights
}
export interface Page {
  items: Doc[]
  next: string | null
  names: Names
}
export type TimelineItem = { kind: string; at: string; record?: Doc; change?: HistoryEntry }
interface Entries {
  items: TimelineItem[]
  next: string | null
  /** On the first page: the newest contact of all, null = there was none; left out where one may not see enough to know. */
  last_contact?: TimelineItem | null
  names?: Names
}
export interface Timeline {
  items: TimelineItem[]
  names: Names
  contact?: TimelineItem | null
}
export const PAGE = 100
const ENTRIES = 30
const FOREVER = Number.POSITIVE_INFINITY
/** What was once is always so; what is now is asked again when a page opens, and marked by the live stream. */
export const fresh = (moment: Moment) => (isPast(moment) ? FOREVER : 30_000)

type Answered = Doc & { names?: Names; rights?: Rights }

async function readOne(object: ObjectDescription, id: string, more: Query, signal?: AbortSignal): Promise<One> {
  const { names = {}, rights, ...record } = await get<Answered>(`${object.path}/${id}`, { names: true, ...more }, signal)
  return { record: record as Doc, names, rights }
}

/** One record at the moment that one looks at, or at another one, with the titles of what it names and, now, what one may do with it. */
export function useRecord(object: ObjectDescription, id: string | undefined, other?: Moment) {
  const looked = useMoment()
  const moment = other ?? looked
  const past = isPast(moment)
  return useQuery({
    queryKey: keys.one(object.name, id ?? '', moment),
    enabled: id !== undefined,
    staleTime: fresh(moment),
    placeholderData: past ? keepPreviousData : undefined,
    queryFn: ({ signal }) => {
      const asked = past ? { as_of: moment.at, known_at: moment.known } : { rights: true, min_version: leastOf(id as string) }
      return readOne(object, id as string, asked, signal)
    },
  })
}

/** A record as it is now, whatever is kept: what a clash is judged by. */
export const fetchOne = (object: ObjectDescription, id: string, version?: number): Promise<One> =>
  readOne(object, id, { rights: true, min_version: version })

export function pageOf(client: QueryClient, object: ObjectDescription, query: ListQuery, moment: Moment, page: number) {
  const queryKey = keys.list(object.name, query, moment, page)
  return {
    queryKey,
    staleTime: fresh(moment),
    gcTime: 120_000,
    queryFn: async ({ signal }: { signal: AbortSignal }): Promise<Page> => {
      // the page after a known one goes by its cursor, a jump by `skip`
      const before = page > 0 ? client.getQueryData<Page>(keys.list(object.name, query, moment, page - 1)) : undefined
      const from = before?.next ? { cursor: before.next } : { skip: page > 0 ? page * PAGE : undefined }
      const least = isPast(moment) ? undefined : leastFor(object.name)
      const found = await get<Page>(
        object.path,
        { ...queryOf(query, moment), ...from, limit: PAGE, names: true, min_version: least },
        signal,
      )
      return { ...found, names: found.names ?? {} }
    },
  }
}

/** The first rows of a list: related records, pickers. */
export function useList(object: ObjectDescription, query: ListQuery, limit = 20, { enabled = true, named = true } = {}) {
  const moment = useMoment()
  return useQuery({
    queryKey: [...keys.list(object.name, query, moment, 0), limit] as const,
    staleTime: fresh(moment),
    placeholderData: keepPreviousData,
    enabled,
    queryFn: async ({ signal }): Promise<Page> => {
      const least = isPast(moment) ? undefined : leastFor(object.name)
      const found = await get<Page>(
        object.path,
        { ...queryOf(query, moment), limit, names: named || undefined, min_version: least },
        signal,
      )
      return { ...found, names: found.names ?? {} }
    },
  })
}

/** How many there are. `more`: that many and more, of a past moment. */
export function useCount(object: ObjectDescription, query: ListQuery) {
  return useQuery({ ...countOf(object, query, useMoment()), placeholderData: keepPreviousData })
}

export function countOf(object: ObjectDescription, { where, filter, q }: ListQuery, moment: Moment) {
  return {
    queryKey: keys.count(object.name, { where, filter, q }, moment),
    staleTime: fresh(moment),
    queryFn: ({ signal }: { signal: AbortSignal }) => {
      const least = isPast(moment) ? undefined : leastFor(object.name)
      return get<{ count: number; more?: boolean }>(
        `${object.path}/count`,
        { ...queryOf({ where, filter, q }, moment), min_version: least },
        signal,
      )
    },
  }
}

/** Every change, newest first, page by page. */
export function useHistory(object: ObjectDescription, id: string, enabled = true) {
  return useInfiniteQuery({
    queryKey: keys.history(object.name, id),
    enabled,
    initialPageParam: '',
    getNextPageParam: (last: { next: string | null }) => last.next ?? undefined,
    queryFn: ({ pageParam, signal }) => {
      const asked = { limit: 50, names: true, cursor: pageParam || undefined }
      return get<{ items: HistoryEntry[]; next: string | null; names?: Names }>(`${object.path}/${id}/history`, asked, signal)
    },
  })
}

/** Activities about the record and its own changes, newest first, page by page. kinds: `''` for all. */
export function useTimeline(object: ObjectDescription, id: string, kinds = '') {
  const moment = useMoment()
  return useInfiniteQuery({
    queryKey: keys.timeline(object.name, id, kinds, moment),
    staleTime: fresh(moment),
    placeholderData: keepPreviousData,
    initialPageParam: '',
    getNextPageParam: (last: Entries) => last.next ?? undefined,
    queryFn: ({ pageParam, signal }) => {
      const asked = { kinds: kinds || undefined, cursor: pageParam || undefined, limit: ENTRIES, names: true, ...momentQuery(moment) }
      return get<Entries>(`${object.path}/${id}/timeline`, asked, signal)
    },
    select: timelineOf,
  })
}

/** One list of all pages that were read: an entry that moved down meanwhile stands once. */
export function timelineOf({ pages }: { pages: Entries[] }): Timeline {
  const held = new Map(pages.flatMap((page) => page.items).map((item) => [item.change?.event_id ?? item.record?.id, item]))
  return { items: [...held.values()], names: Object.assign({}, ...pages.map((page) => page.names)), contact: pages[0]?.last_contact }
}

/** How long a record stood in each stage. */
export function useStays(object: ObjectDescription, id: string, enabled: boolean) {
  return useQuery({
    queryKey: keys.stays(object.name, id),
    enabled,
    queryFn: ({ signal }) => get<{ items: Stay[] }>(`${object.path}/${id}/stages`, undefined, signal),
  })
}
export interface Stay {
  stage: string
  from: string
  to: string | null
  seconds: number | null
}
