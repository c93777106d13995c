import type { QueryClient } from '@tanstack/react-query'
import { get } from '../api/client'
import type { Doc, Meta } from '../meta/meta'
import { present } from './cache'
import { type ListQuery, queryOf } from './keys'
import type { Names, Page } from './records'

const AT_ONCE = 100 // ids of one question: addresses must not become too long
export const LOOKED_AT = 300 // changes of one second

export const pathOf = (client: QueryClient, type: string): string | undefined =>
  client
    .getQueriesData<Meta>({ queryKey: ['meta'] })
    .flatMap(([, meta]) => meta?.types ?? [])
    .find((one) => one.name === type)?.path

/** Pages of a list of these records alone, however many they are. */
export async function readAmong(path: string, ids: string[], asked: Record<string, unknown> & { filter?: unknown }): Promise<Page> {
  const { filter, ...rest } = asked
  const parts = Array.from({ length: Math.ceil(ids.length / AT_ONCE) }, (_, n) => ids.slice(n * AT_ONCE, (n + 1) * AT_ONCE))
  const pages = await Promise.all(
    parts.map((some) => {
      const among = { all: [...(filter ? [filter] : []), { field: 'id', op: 'in', value: some }] }
      return get<Page>(path, { ...(rest as object), filter: JSON.stringify(among), limit: AT_ONCE })
    }),
  )
  const names: Names = Object.assign({}, ...pages.map((page) => page.names))
  return { items: pages.flatMap((page) => page.items), next: null, names }
}

/** Asks which of some records a list holds: now, or by what was known at a moment. */
export const amongOf =
  (path: string, query: ListQuery) =>
  async (ids: string[], known?: string): Promise<ReadonlySet<string>> => {
    if (known && query.q) return new Set(ids) // what a text found in the past is costly to ask: it counts as known
    const asked = { ...queryOf({ ...query, filter: undefined, sort: undefined, fields: ['id'] }, { known }), filter: query.filter }
    return new Set((await readAmong(path, ids, asked)).items.map((doc) => doc.id))
  }

interface Held {
  items?: Doc[]
  groups?: { cards?: Doc[] }[]
  names?: Names
}

/** Rows and cards take their new values where they stand; how old their list is does not change by that. */
export function patchRows(client: QueryClient, type: string, docs: ReadonlyMap<string, Doc>, names: Names): void {
  const renewed = (cards: Doc[] = []) => cards.map((card) => ({ ...card, ...docs.get(card.id) }))
  const touches = (cards: Doc[] = []) => cards.some((card) => docs.has(card.id))
  for (const query of client.getQueryCache().findAll({ predicate: ({ queryKey }) => present(queryKey, type, 'list', 'board') })) {
    const held = query.state.data as Held | undefined
    const some = held && (held.items ? touches(held.items) : held.groups?.some((group) => touches(group.cards)))
    if (!held || !some) continue
    const next = held.items
      ? { ...held, items: renewed(held.items) }
      : { ...held, groups: held.groups?.map((group) => (group.cards ? { ...group, cards: renewed(group.cards) } : group)) }
    const { dataUpdatedAt: updatedAt, isInvalidated } = query.state
    client.setQueryData(query.queryKey, { ...next, names: { ...held.names, ...names } }, { updatedAt })
    if (isInvalidated) query.invalidate()
  }
}
