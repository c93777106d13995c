import type { Query } from '../api/client'

/** When one looks: nothing = now. at: as it was. known: by what was known then. Days or RFC 3339 moments. */
export interface Moment {
  at?: string
  known?: string
}

export const NOW: Moment = {}
export const isPast = (moment: Moment): boolean => Boolean(moment.at || moment.known)

/** The part of a key that tells moments apart: `now`, or both times. */
export const momentKey = (moment: Moment): string => (isPast(moment) ? `${moment.at ?? ''}|${moment.known ?? ''}` : 'now')
export const momentQuery = (moment: Moment): Query => ({ as_of: moment.at, known_at: moment.known })

/** What a list asks for. where: `field` or `field[op]` → value, as in the address. filter: a tree of conditions. */
export interface ListQuery {
  where?: Record<string, string>
  filter?: unknown
  sort?: string
  q?: string
  fields?: string[]
}

export interface BoardQuery extends ListQuery {
  by: string
  sum?: string[]
  cards?: number
}

/** Pages of a list that scrolls have as many parts; where the first rows alone are read, how many stands in another one. */
export const PAGE_PARTS = 5

/** `[type, what, which, moment]`. A past moment never changes, so what was read of it is never stale. */
export const keys = {
  one: (type: string, id: string, moment: Moment | number) =>
    [type, 'one', id, typeof moment === 'number' ? `v${moment}` : momentKey(moment)] as const,
  list: (type: string, query: ListQuery, moment: Moment, page: number) => [type, 'list', query, momentKey(moment), page] as const,
  count: (type: string, query: ListQuery, moment: Moment) => [type, 'count', query, momentKey(moment)] as const,
  board: (type: string, query: BoardQuery, moment: Moment) => [type, 'board', query, momentKey(moment)] as const,
  /** Cards of a column below its first ones: what makes a board stale makes them so, too. */
  cards: (type: string, query: BoardQuery, cursor: string, moment: Moment) => [type, 'board', query, momentKey(moment), cursor] as const,
  density: (type: string, bucket: string, from: string, to: string) => [type, 'density', { bucket, from, to }, 'now'] as const,
  history: (type: string, id: string) => [type, 'history', id, 'now'] as const,
  timeline: (type: string, id: string, kinds: string, moment: Moment) => [type, 'timeline', id, momentKey(moment), kinds] as const,
  stays: (type: string, id: string) => [type, 'stays', id, 'now'] as const,
  figures: (metric: string, query: Query) => ['metric', metric, query] as const,
  meta: (language: string) => ['meta', language] as const,
}

/** A list's question as the server takes it. */
export function queryOf(query: ListQuery, moment: Moment): Query {
  return {
    ...query.where,
    filter: query.filter === undefined ? undefined : JSON.stringify(query.filter),
    sort: query.sort || undefined,
    q: query.q || undefined,
    fields: query.fields?.join(',') || undefined,
    ...momentQuery(moment),
  }
}
