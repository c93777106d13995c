import { type Doc, fieldValue, same } from '../meta/meta'
import { ownDayOf } from '../ui/format'

/** What became of a row that was changed: its place is another one, or it is in the list no more. */
export type Mark = 'moved' | 'left'
/** fresh: how many records are new to the list. many: more changed at once than were looked at. */
export interface News {
  fresh: number
  marks: ReadonlyMap<string, Mark>
  /** The marked records as they were told of, as far as the person sees them. */
  docs: ReadonlyMap<string, Doc>
  many: boolean
  /** Whether something is marked, counted or still to be judged: its rows and headings stay where they are. */
  held: boolean
  /** Whether anything changed since the list was read. */
  touched: boolean
  /** When the list was asked for the last time, 0 = as it was opened. */
  since: number
}
/** A record that somebody else changed. at: when that was recorded; undefined where it was only given away. */
export interface Change {
  version: number
  at?: string
}
export interface Source {
  /** The fields that give a row its place, sort keys and the grouping: `name`, of days that are grouped `name:unit`. */
  order: string[]
  /** The rows that were read, as they stand there. */
  rows(): ReadonlyMap<string, Doc>
  /** The hashes of the pages that they stand on. */
  pages(): string[]
  /** Whether the list has no rows: none can run away. */
  empty(): boolean
  /** Which of these records the list holds: now, or by what was known at a moment. */
  among(ids: string[], known?: string): Promise<ReadonlySet<string>>
}

const NONE: News = { fresh: 0, marks: new Map(), docs: new Map(), many: false, held: false, touched: false, since: 0 }
const MICROS = 6

/** The last microsecond before a moment of the server. */
export function justBefore(at: string): string {
  const [, second = '', digits = ''] = /^(.{19})(?:\.(\d+))?/.exec(at) ?? []
  const micros = Number(digits.padEnd(MICROS, '0').slice(0, MICROS))
  if (micros > 0) return `${second}.${String(micros - 1).padStart(MICROS, '0')}Z`
  return `${new Date(Date.parse(`${second}Z`) - 1000).toISOString().slice(0, 19)}.999999Z`
}

const MONTHS: Record<string, number> = { month: 1, quarter: 3, year: 12 }

/** The first day of the organisation's unit that a day or moment lies in: within it a row stays in its group. */
export function firstOf(value: string, unit: string): string {
  const day = new Date(`${ownDayOf(value)}T00:00:00Z`)
  const months = MONTHS[unit]
  if (months) day.setUTCMonth(day.getUTCMonth() - (day.getUTCMonth() % months), 1)
  if (unit === 'week') day.setUTCDate(day.getUTCDate() - ((day.getUTCDay() + 6) % 7)) // it begins on Monday
  return day.toISOString().slice(0, 10)
}

/**
 * What other people did to one list since it was read. Rows stay where they are: those that would stand elsewhere, or
 * not at all, are marked; those that would come are counted. Both until the person asks for them.
 */
export class ListNews {
  private fresh = new Set<string>()
  private marks = new Map<string, Mark>()
  private docs = new Map<string, Doc>()
  /** Where a row stood when the list was read. */
  private places = new Map<string, unknown[]>()
  private many = false
  /** Something is still to be judged. */
  private pending = false
  private touched = false
  /** Goes on with each reading: what was found out about an earlier one does not count. */
  private turn = 0
  private since = 0
  private shown: News = NONE
  private listeners = new Set<() => void>()

  constructor(readonly source: Source) {}

  readonly subscribe = (listener: () => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }
  readonly now = (): News => this.shown

  /** The list is read again: all of it is as it should be. */
  reset(): void {
    this.fresh.clear()
    this.marks.clear()
    this.docs.clear()
    this.places.clear()
    this.many = this.pending = this.touched = false
    this.turn += 1
    this.since = Date.now()
    this.say()
  }

  /** Something happened that will be judged: from now on rows stay. */
  hold(): void {
    if (this.pending) return
    this.pending = this.touched = true
    this.say()
  }

  /** All of it is judged: where nothing was found, headings go on. */
  settle(): void {
    if (!this.pending) return
    this.pending = false
    this.say()
  }

  /** More was changed than can be looked at. */
  flood(): void {
    this.many = this.touched = true
    this.say()
  }

  /** docs: the changed records as they are now, as far as the person sees them. Rows still hold what was read. */
  async judge(changes: ReadonlyMap<string, Change>, docs: ReadonlyMap<string, Doc>): Promise<void> {
    const turn = this.turn
    const rows = this.source.rows()
    for (const id of changes.keys()) {
      const row = rows.get(id)
      if (row && !this.places.has(id)) this.places.set(id, this.placeOf(row))
    }
    const inside = await this.source.among([...changes.keys()])
    if (turn !== this.turn) return
    for (const id of changes.keys()) {
      const place = this.places.get(id)
      if (place === undefined) continue
      const doc = docs.get(id)
      this.mark(id, !inside.has(id) ? 'left' : doc && !same(this.placeOf(doc), place) ? 'moved' : undefined, doc)
    }
    const others = [...changes].filter(([id]) => !this.places.has(id))
    const before = await this.before(others, inside)
    if (turn !== this.turn) return
    for (const [id] of others) {
      if (!inside.has(id)) this.fresh.delete(id)
      else if (!before.has(id)) this.fresh.add(id)
    }
    this.touched = true
    this.say()
  }

  /** Which of the records that are not among the rows the list held all along; those that it did not are new to it. */
  private async before(changes: [string, Change][], inside: ReadonlySet<string>): Promise<ReadonlySet<string>> {
    const came = changes.filter(([id]) => inside.has(id) && !this.fresh.has(id))
    const first = came.flatMap(([, change]) => change.at ?? []).sort()[0]
    const older = came.filter(([, change]) => change.version > 1).map(([id]) => id)
    return older.length > 0 && first ? this.source.among(older, justBefore(first)) : new Set()
  }

  private mark(id: string, mark: Mark | undefined, doc: Doc | undefined): void {
    if (mark) this.marks.set(id, mark)
    else this.marks.delete(id)
    if (mark && doc) this.docs.set(id, doc)
    else this.docs.delete(id)
  }

  private placeOf(doc: Doc): unknown[] {
    return this.source.order.map((one) => {
      const [name = '', unit] = one.split(':')
      const value = fieldValue(doc, name) ?? null
      return unit && typeof value === 'string' ? firstOf(value, unit) : value
    })
  }

  private say(): void {
    const held = this.pending || this.many || this.fresh.size > 0 || this.marks.size > 0
    const { many, touched, since } = this
    this.shown = { fresh: this.fresh.size, marks: new Map(this.marks), docs: new Map(this.docs), many, held, touched, since }
    for (const listener of this.listeners) listener()
  }
}
