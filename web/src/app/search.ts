/** A condition of `filter=`, or a group of them. */
export type Tree = { field: string; op?: string; value?: unknown } | { all: Tree[] } | { any: Tree[] } | { none: Tree[] }

/** What a list shows, whole in its address: every screen can be linked to. */
export interface ListSearch {
  /** A saved view, or a quick filter (`mine`, `recent`, …). */
  view?: string
  /** Its filters where they differ from the view's. */
  f?: Tree
  q?: string
  sort?: string
  group?: string
  cols?: string
  as?: 'list' | 'board' | 'calendar'
  /** The pipeline of a board. */
  pipeline?: string
  archived?: boolean
  /** The record in the side panel. */
  open?: string
  /** The form of a new record. */
  create?: boolean
  /** The moment that is looked at. */
  at?: string
  known?: string
  /** The later moment that a board is compared with: a day, a moment or `now`. */
  to?: string
}
export interface RecordSearch {
  tab?: 'facts' | 'timeline' | 'activities' | 'changes' | 'history' | 'related' | 'files'
  at?: string
  known?: string
  /** Two moments that are compared in its history: moments, days or versions; `to` left out = now. */
  from?: string
  to?: string
}

const DAY = 10
/** A day or an RFC 3339 moment; undefined for what is none: a broken link shows now, not an error. */
const spot = (value: unknown): string | undefined => {
  const found = text(value)
  if (!found || !/^\d{4}-\d\d-\d\d/.test(found)) return undefined
  const at = new Date(found)
  if (Number.isNaN(at.getTime())) return undefined
  return found.length > DAY || at.toISOString().startsWith(found) ? found : undefined
}
/** The same, or a version of a record. */
const side = (value: unknown): string | undefined => (/^[1-9]\d{0,8}$/.test(text(value) ?? '') ? text(value) : spot(value))

const AS = ['list', 'board', 'calendar'] as const
const TABS = ['facts', 'timeline', 'activities', 'changes', 'history', 'related', 'files'] as const
const text = (value: unknown): string | undefined => {
  const found = typeof value === 'number' ? String(value) : value
  return typeof found === 'string' && found !== '' && found.length <= 2000 ? found : undefined
}
const one = <T extends string>(value: unknown, of: readonly T[]): T | undefined => of.find((known) => known === value)
const flag = (value: unknown): true | undefined => (value === true || value === 'true' || value === 1 ? true : undefined)

/** undefined for what is no tree: a broken link shows all, not an error. An empty one takes a view's filters away. */
export function treeOf(value: unknown, depth = 0): Tree | undefined {
  if (typeof value !== 'object' || value === null || depth > 5) return undefined
  const node = value as Record<string, unknown>
  for (const name of ['all', 'any', 'none'] as const) {
    const parts = node[name]
    if (!Array.isArray(parts)) continue
    const trees = parts.map((part) => treeOf(part, depth + 1)).filter((part) => part !== undefined)
    return trees.length || (depth === 0 && parts.length === 0) ? ({ [name]: trees } as unknown as Tree) : undefined
  }
  if (typeof node.field !== 'string') return undefined
  return { field: node.field, ...(typeof node.op === 'string' && { op: node.op }), ...('value' in node && { value: node.value }) }
}

// Each reader below names every key it knows, undefined too: of a key that it leaves out the router hands on what the address says.

export const listSearch = (raw: Record<string, unknown>): ListSearch => ({
  view: text(raw.view),
  f: treeOf(raw.f),
  q: text(raw.q),
  sort: text(raw.sort),
  group: text(raw.group),
  cols: text(raw.cols),
  as: one(raw.as, AS),
  pipeline: text(raw.pipeline),
  archived: flag(raw.archived),
  open: text(raw.open),
  create: flag(raw.create),
  at: spot(raw.at),
  known: spot(raw.known),
  to: raw.to === 'now' ? 'now' : spot(raw.to),
})
export const recordSearch = (raw: Record<string, unknown>): RecordSearch => ({
  tab: one(raw.tab, TABS),
  at: spot(raw.at),
  known: spot(raw.known),
  from: side(raw.from),
  to: side(raw.to),
})
const PERIODS = ['month', 'quarter', 'year'] as const
/** The period of a dashboard (a quarter where none is named), and the day that its figures are compared with. */
export interface DashboardSearch {
  period?: (typeof PERIODS)[number]
  compare?: string
  at?: string
  known?: string
}
export const dashboardSearch = (raw: Record<string, unknown>): DashboardSearch => {
  const compare = spot(raw.compare)
  return { period: one(raw.period, PERIODS), compare: compare?.length === DAY ? compare : undefined, ...timeSearch(raw) }
}
export const timeSearch = (raw: Record<string, unknown>): { at?: string; known?: string } => ({ at: spot(raw.at), known: spot(raw.known) })
/** Where to go after the sign-in: a path of this client, never another site. */
export const signInSearch = (raw: Record<string, unknown>): { to?: string } => {
  const to = text(raw.to)
  return { to: to && /^\/(?!\/)[^\\\t\r\n]*$/.test(to) ? to : undefined } // browsers read \ as /, and leave out tabs and ends of lines
}
/** What the audit log is searched for, and the event that stands open. Other pages of the settings take nothing. */
export interface AuditSearch {
  actor?: string
  about?: string
  record?: string
  category?: string
  type?: string
  command?: string
  reason?: string
  since?: string
  until?: string
  /** All that one act led to. */
  correlation?: string
  /** Also what is left out at first: that people stayed signed in. */
  all?: true
  event?: string
}
export const auditSearch = (raw: Record<string, unknown>): AuditSearch => ({
  actor: text(raw.actor),
  about: text(raw.about),
  record: text(raw.record),
  category: text(raw.category),
  type: text(raw.type),
  command: text(raw.command),
  reason: text(raw.reason),
  since: spot(raw.since),
  until: spot(raw.until),
  correlation: text(raw.correlation),
  all: flag(raw.all),
  event: text(raw.event),
})
/** The Monday of the week that is shown. */
export const weekSearch = (raw: Record<string, unknown>): { week?: string } => {
  const week = spot(raw.week)
  return { week: week?.length === DAY ? week : undefined }
}
