import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { get } from '../api/client'
import { columnKey } from '../meta/boards'
import type { ObjectDescription } from '../meta/describe'
import type { Doc } from '../meta/meta'
import { type BoardQuery, isPast, keys, type Moment, queryOf } from './keys'
import { useMoment } from './moment'
import { fresh, type Names } from './records'
import { leastFor } from './seen'

export interface Sums {
  currency: string
  sum: string
}
export interface Group {
  key: unknown
  count: number
  sum?: string | null
  sums?: Sums[]
  totals?: Record<string, { sum: string | null; sums?: Sums[] }>
  cards?: Doc[]
  /** The conditions of the list of its records. */
  where?: unknown[]
  next?: string | null
}
/** The column that a group fills. */
export const groupKey = (group: Group): string => columnKey(group.key)

export interface BoardAnswer {
  groups: Group[]
  names?: Names
  /** The moment that it shows; undefined: now. While another one is on its way, that is not the page's. */
  at?: string
}

export function boardOf(object: ObjectDescription, query: BoardQuery, moment: Moment) {
  const { by, sum, cards, ...list } = query
  return {
    queryKey: keys.board(object.name, query, moment),
    staleTime: fresh(moment),
    queryFn: async ({ signal }: { signal: AbortSignal }): Promise<BoardAnswer> => {
      const least = isPast(moment) ? undefined : leastFor(object.name)
      const asked = {
        ...queryOf(list, moment),
        by,
        sum: sum?.join(',') || undefined,
        cards,
        names: cards ? true : undefined,
        min_version: least,
      }
      return { ...(await get<BoardAnswer>(`${object.path}/board`, asked, signal)), at: moment.at }
    },
  }
}

/** Groups with their counts, sums per currency and first cards, in one answer. moment: another one than the page's. */
export function useBoard(object: ObjectDescription, query: BoardQuery, moment?: Moment, enabled = true) {
  const looked = useMoment()
  return useQuery({ ...boardOf(object, query, moment ?? looked), placeholderData: keepPreviousData, enabled })
}

/** Changes per bucket of time, for the bars of a time strip. */
export function useDensity(object: ObjectDescription, bucket: 'hour' | 'day' | 'week' | 'month', from: string, to: string) {
  return useQuery({
    queryKey: keys.density(object.name, bucket, from, to),
    staleTime: 300_000,
    queryFn: ({ signal }) =>
      get<{ items: { at: string; count: number }[] }>(
        `${object.path}/density`,
        { bucket, from: from || undefined, to: to || undefined },
        signal,
      ),
  })
}
