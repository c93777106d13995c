import { hashKey, type QueryClient } from '@tanstack/react-query'
import { type ListQuery, PAGE_PARTS } from '../../data/keys'
import type { Page } from '../../data/records'
import type { ObjectDescription } from '../../meta/describe'
import type { Doc } from '../../meta/meta'
import type { Section } from '../grid/layout'
import { sectionQuery } from '../grid/rows'

/** The pages of a list that were read, in its order. */
export function readPages(client: QueryClient, object: ObjectDescription, query: ListQuery, sections: readonly Section[]) {
  const found = client
    .getQueryCache()
    .findAll({
      predicate: ({ queryKey }) =>
        queryKey[0] === object.name && queryKey[1] === 'list' && queryKey.length === PAGE_PARTS && queryKey[3] === 'now',
    })
    .toSorted((one, other) => Number(one.queryKey[4]) - Number(other.queryKey[4]))
  return sections.flatMap((section) => {
    const own = hashKey([sectionQuery(query, section)])
    return found.filter((page) => hashKey([page.queryKey[2]]) === own)
  })
}

/** Their rows. */
export const readRows = (...list: Parameters<typeof readPages>): Doc[] =>
  readPages(...list).flatMap((page) => (page.state.data as Page | undefined)?.items ?? [])

/** The list that a record's page was opened from, by type: the way to the records before and after it. */
const orders = new Map<string, string[]>()
export const keepOrder = (type: string, ids: string[]): unknown => orders.set(type, ids)
export function neighbourOf(type: string, id: string, step: 1 | -1): string | undefined {
  const ids = orders.get(type) ?? []
  const at = ids.indexOf(id)
  return at < 0 ? undefined : ids[at + step]
}
