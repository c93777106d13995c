import type { ListSearch, Tree } from '../../app/search'
import type { ObjectDescription } from '../../meta/describe'
import type { Doc } from '../../meta/meta'
import { both, isNothing } from '../filters/tree'

export interface Filter {
  field: string
  op: string
  value: string
}
/** What a view asks for and how it looks: the part that is saved. */
export interface ViewContent {
  filters: Filter[]
  conditions: Tree | null
  order: string
  columns: string[]
  widths: Record<string, number>
  group: string[]
  sums: string[]
  kind: 'list' | 'board' | 'calendar'
  /** Of a board: the id of the record whose stages are its columns; '' = the default one. */
  path: string
  density: 'compact' | 'normal' | 'comfortable'
}
export interface SavedView extends Doc, ViewContent {
  name: string
  resource: string
  owner: string
  shared: boolean
  pinned: boolean
  default: boolean
}
/** One that everybody has without saving it. */
export interface QuickView {
  id: string
  word: string
  tree?: Tree
  sort?: string
}

/** Quick filters that the fields of a record type allow. */
export function quickViews(object: ObjectDescription): QuickView[] {
  const has = (name: string) => object.field(name)?.filterable === true
  const views: QuickView[] = [{ id: 'all', word: 'list.view.all' }]
  const status = object.field('status')
  if (status?.filterable && status.options?.includes('open'))
    views[0] = { id: 'open', word: 'list.view.open', tree: { field: 'status', value: 'open' } }
  if (views[0]?.id === 'open') views.unshift({ id: 'all', word: 'list.view.all' })
  if (has('owner')) views.push({ id: 'mine', word: 'list.view.mine', tree: { field: 'owner', value: '@me' } })
  if (has('owner')) views.push({ id: 'team', word: 'list.view.team', tree: { field: 'owner', value: '@my_team' } })
  if (has('close_date')) views.push({ id: 'closing', word: 'list.view.closing', tree: { field: 'close_date', value: 'this_month' } })
  if (has('created_at'))
    views.push({ id: 'new', word: 'list.view.new', tree: { field: 'created_at', op: 'ge', value: '-7d' }, sort: '-created_at' })
  return views
}

export const treeOfView = (view: Pick<ViewContent, 'filters' | 'conditions'>): Tree | undefined => {
  const leaves = view.filters.map(
    ({ field, op, value }): Tree => ({ field, op, value: op === 'in' ? value.split(',') : op === 'empty' ? value === 'true' : value }),
  )
  return both(leaves.length > 1 ? { all: leaves } : leaves[0], view.conditions)
}

/** What a list shows now: the view's, where the address says nothing else. */
export interface Looked {
  tree?: Tree
  sort: string
  group?: string
  columns: string[]
  widths: Record<string, number>
  sums: string[]
  kind: ViewContent['kind']
  path: string
  /** As the view itself is shown. */
  ofView: ViewContent['kind']
  /** Whether the address differs from the view. */
  changed: boolean
}

export function looked(object: ObjectDescription, search: ListSearch, view?: SavedView, quick?: QuickView): Looked {
  const known = (names: string[]) => names.filter((name) => object.field(name))
  const base = view ? treeOfView(view) : quick?.tree
  const columns = known(search.cols?.split(',') ?? (view?.columns.length ? view.columns : object.layouts.list))
  const named = search.group === 'none' ? undefined : (search.group ?? view?.group[0])
  const group = known([named?.split(':')[0] ?? '']).length > 0 ? named : undefined // a field that was given up since groups nothing
  const ofView = view?.kind ?? 'list'
  const { f, sort, cols, as, pipeline } = search
  const path = view?.path ?? ''
  return {
    tree: search.f ? (isNothing(search.f) ? undefined : search.f) : base,
    sort: sortFrom(sortsOf(search.sort ?? (view?.order || quick?.sort || '')).filter(([name]) => object.field(name)?.sortable)),
    group,
    columns: columns.includes(object.title) ? columns : [object.title, ...columns],
    widths: view?.widths ?? {},
    sums: known(view?.sums.length ? view.sums : moneyOf(object)).slice(0, 2),
    kind: as ?? ofView,
    path: pipeline ?? path,
    ofView,
    changed: [f, sort, search.group, cols].some((part) => part !== undefined) || (as ?? ofView) !== ofView || (pipeline ?? path) !== path,
  }
}

/** The amounts that a footer adds up where nobody chose: the first one whose currency is known. */
const moneyOf = (object: ObjectDescription): string[] => {
  if (object.sums) return object.sums
  const shown = object.layouts.list.map((name) => object.field(name)).filter((field) => field?.meaning === 'money')
  return shown.slice(0, 1).map((field) => field?.name as string)
}

/** The content of a view as it stands: what saving keeps. widths: of columns, as they are shown. */
export const contentOf = (now: Looked, widths: Record<string, number>): ViewContent => ({
  filters: [],
  conditions: now.tree ?? null,
  order: now.sort,
  columns: now.columns,
  widths: Object.fromEntries(now.columns.flatMap((name) => (widths[name] ? [[name, Math.round(widths[name])]] : []))),
  group: now.group ? [now.group] : [],
  sums: now.sums,
  kind: now.kind,
  path: now.path,
  density: 'normal',
})

/** `-amount,name` → [["amount", true], ["name", false]]. */
export const sortsOf = (sort: string): [string, boolean][] =>
  sort
    .split(',')
    .filter(Boolean)
    .map((one) => [one.replace(/^-/, ''), one.startsWith('-')])
export const sortFrom = (sorts: readonly (readonly [string, boolean])[]): string =>
  sorts.map(([name, down]) => (down ? `-${name}` : name)).join(',')

/** A click on a header: up, down, none. With `more` the other keys stay. */
export function clicked(sort: string, name: string, more: boolean): string {
  const sorts = sortsOf(sort)
  const now = sorts.find(([one]) => one === name)
  const next: [string, boolean][] = now ? (now[1] ? [] : [[name, true]]) : [[name, false]]
  if (!more) return sortFrom(next)
  const kept = sorts.flatMap((one): [string, boolean][] => (one[0] === name ? next : [one]))
  return sortFrom((now ? kept : [...sorts, ...next]).slice(-3))
}
