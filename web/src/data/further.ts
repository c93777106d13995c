import { useQueries, useQueryClient } from '@tanstack/react-query'
import { useRef } from 'react'
import { get } from '../api/client'
import type { ObjectDescription } from '../meta/describe'
import type { Doc } from '../meta/meta'
import { type Group, groupKey } from './boards'
import { type BoardQuery, isPast, keys, type Moment, queryOf } from './keys'
import { useMoment } from './moment'
import { fresh, type Names, type Page } from './records'
import { leastFor } from './seen'

const MORE = 50 // cards of one page below the first ones

/** The next cards of a group below a cursor of its list. */
function below(object: ObjectDescription, query: BoardQuery, group: Group, cursor: string, moment: Moment) {
  const { by: _by, sum: _sum, cards: _cards, filter, ...list } = query
  return {
    queryKey: keys.cards(object.name, query, cursor, moment),
    staleTime: fresh(moment),
    queryFn: ({ signal }: { signal: AbortSignal }) => {
      const narrowed = { ...list, filter: { all: [...(filter ? [filter] : []), ...(group.where ?? [])] } }
      const least = isPast(moment) ? undefined : leastFor(object.name)
      return get<Page>(object.path, { ...queryOf(narrowed, moment), cursor, limit: MORE, names: true, min_version: least }, signal)
    },
  }
}

/** What was read below the first cards of a group, page by page. next: where it goes on, null = nowhere. */
export interface Further {
  cards: Doc[]
  next: string | null
}

/** The groups with all of their cards that were read: each card once, where its group was read last. */
export function withFurther(groups: Group[], further: ReadonlyMap<string, Further>): Group[] {
  const held = new Set(groups.flatMap((group) => (group.cards ?? []).map((card) => card.id)))
  return groups.map((group) => {
    const more = further.get(groupKey(group))
    if (more === undefined) return group
    const cards = more.cards.filter((card) => !held.has(card.id) && held.add(card.id))
    return { ...group, cards: [...(group.cards ?? []), ...cards], next: more.next }
  })
}

/** Groups with the pages below their first cards. pages: how many of each group are wanted, by its key. */
export function useFurther(object: ObjectDescription, query: BoardQuery, groups: Group[], pages: Record<string, number>) {
  const client = useQueryClient()
  const moment = useMoment()
  const last = useRef({ query, moment, columns: new Map<string, Further>() })
  if (last.current.query !== query || last.current.moment !== moment) last.current = { query, moment, columns: new Map() }
  const kept = last.current.columns
  const asked = groups.flatMap((group) => {
    const chain: ReturnType<typeof below>[] = []
    let cursor = group.next
    for (let n = 0; cursor && n < (pages[groupKey(group)] ?? 0); n += 1) {
      const page = below(object, query, group, cursor, moment)
      chain.push(page)
      cursor = client.getQueryData<Page>(page.queryKey)?.next
    }
    return chain.map((page) => ({ group, page }))
  })
  const found = useQueries({ queries: asked.map(({ page }) => page) })
  const further = new Map<string, Further>()
  const names: Names = Object.assign({}, ...found.map((page) => page.data?.names))
  for (const group of groups) {
    const mine = found.filter((_, n) => asked[n]?.group === group)
    if (mine.length === 0) continue
    const read = mine.flatMap((page) => page.data ?? [])
    const whole = { cards: read.flatMap((page) => page.items), next: read.length < mine.length ? '' : (read.at(-1)?.next ?? null) }
    // while pages are read again, what stood below stays
    const before = kept.get(groupKey(group))
    const shown = read.length === mine.length || !before || before.cards.length < whole.cards.length ? whole : { ...before, next: '' }
    if (read.length === mine.length) kept.set(groupKey(group), whole)
    further.set(groupKey(group), shown)
  }
  return { groups: withFurther(groups, further), names, failed: found.find((page) => page.error)?.error }
}

const AT_ONCE = 100 // ids of one question

/** Where records stand on a board at another moment: those that are on it then. undefined while it is not known of all. */
export function usePlaces(object: ObjectDescription, query: BoardQuery, ids: string[], moment: Moment, on: boolean) {
  const { by: _by, sum: _sum, cards: _cards, filter, sort: _sort, ...list } = query
  const parts = on ? Array.from({ length: Math.ceil(ids.length / AT_ONCE) }, (_, n) => ids.slice(n * AT_ONCE, (n + 1) * AT_ONCE)) : []
  const live = object.field('archived') && !list.where?.archived ? [{ field: 'archived', value: false }] : []
  const found = useQueries({
    queries: parts.map((some) => {
      const among = { ...list, filter: { all: [...(filter ? [filter] : []), ...live, { field: 'id', op: 'in', value: some }] } }
      return {
        queryKey: keys.list(object.name, among, moment, 0),
        staleTime: fresh(moment),
        queryFn: ({ signal }: { signal: AbortSignal }) =>
          get<Page>(object.path, { ...queryOf(among, moment), limit: AT_ONCE }, signal).then((page) => ({ ...page, names: {} })),
      }
    }),
  })
  if (!on || found.some((one) => one.data === undefined)) return undefined
  return new Map(found.flatMap((one) => one.data?.items ?? []).map((doc): [string, Doc] => [doc.id, doc]))
}
