import type { ListSearch } from '../../app/search'
import type { ListQuery } from '../../data/keys'
import type { ObjectDescription } from '../../meta/describe'
import { fieldsFor } from '../grid/columns'
import { type Looked, looked, type QuickView, type SavedView, sortsOf } from '../views/model'

/** The view that an address names, else the person's own default one, else the first; and what it shows. */
export function askedOf(
  object: ObjectDescription,
  search: ListSearch,
  quick: QuickView[],
  saved: SavedView[],
  user: string,
): { chosen: string; view?: SavedView; now: Looked } {
  const own = saved.find((view) => view.default && view.owner === user)
  const chosen = search.view ?? own?.id ?? quick[0]?.id ?? ''
  const view = saved.find((one) => one.id === chosen)
  const first = quick.find((one) => one.id === chosen)
  return { chosen, view, now: looked(object, search, view, first) }
}

/** What gives a row its place: the sort keys, and the grouping as `close_date:month`. What the person may not see is left out. */
export const orderOf = (object: ObjectDescription, sort = '', group = ''): string[] =>
  [...sortsOf(sort).map(([name]) => name), group].filter((one) => object.field(one.split(':')[0] as string) !== undefined)

/** With the fields that give a row its place, also where no column shows them: by these it is noticed that a row moved. */
export const queryOfList = (object: ObjectDescription, search: ListSearch, now: Looked): ListQuery => ({
  filter: now.tree,
  sort: now.sort,
  q: search.q,
  where: search.archived ? { archived: 'true' } : undefined,
  fields: fieldsFor(object, [...now.columns, ...orderOf(object, now.sort, now.group).map((one) => one.split(':')[0] as string)]),
})
