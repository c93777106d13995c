import { useNavigate, useSearch } from '@tanstack/react-router'
import type { components } from '../../api/schema/audit'
import type { FieldDescription, ObjectDescription } from '../../meta/describe'
import { kind } from '../../meta/fields'
import { momentOf } from '../../meta/fields/datetime'
import { type Doc, isEmpty } from '../../meta/meta'
import type { Show } from '../../meta/show'

type Schemas = components['schemas']
export type Found = Schemas['RecordDifference']
/** Two moments of a record: days, RFC 3339 moments or versions. to: left out = now. */
export interface Between {
  from: string
  to?: string
}
/** The version that the creation made. */
export const MADE = '1'
const ERASED = '[erased]' // what the server writes in place of a person's text whose key is destroyed
const DAY = 10

export const isErased = (value: unknown): boolean => value === ERASED

/** The two moments of the address; undefined where none are compared. */
export function useBetween(): [Between | undefined, (between?: Between) => void] {
  const { from, to } = useSearch({ strict: false }) as Partial<Between>
  const go = useNavigate()
  const set = (next?: Between) => {
    const search = ((old: object) => ({ ...old, from: next?.from, to: next?.to })) as never
    void go({ to: '.', search, replace: true })
  }
  return [from ? { from, to } : undefined, set]
}

export const isVersion = (moment: string): boolean => /^\d+$/.test(moment)

/** The instant that is meant: of a day its end on the reader's clock; `made` for the first version. null: nobody here knows. */
export function instantOf(moment: string, made?: string): string | null {
  if (isVersion(moment)) return (moment === MADE && made) || null
  return moment.length === DAY ? momentOf(`${moment} 23:59:59`) : moment
}

/** Whether the later moment is not before the earlier one, as far as can be told here: the server knows all versions. */
export function inOrder({ from, to }: Between, made?: string): boolean {
  if (to === undefined) return true
  if (isVersion(from) && isVersion(to)) return Number(from) <= Number(to)
  const [first, second] = [instantOf(from, made), instantOf(to, made)]
  return first === null || second === null || Date.parse(first) <= Date.parse(second)
}

export interface Row {
  field: FieldDescription
  from: unknown
  to: unknown
  /** The record on each side, as far as the values of others tell how this one is written: an amount's currency. */
  before: Doc
  after: Doc
  by: Schemas['SetBy'] | null
}

/** What differs, in the order of the record's page; what merely follows from the rest stands apart. */
export function rowsOf(object: ObjectDescription, found: Found, show: Show, record?: Doc): { meant: Row[]; derived: Row[] } {
  const side = (name: 'from' | 'to', other: 'from' | 'to'): Doc => {
    const values = found.fields.map((one) => [one.field, one[name] ?? one[other]])
    return { id: '', version: 0, ...record, ...Object.fromEntries(values) }
  }
  const [before, after] = [side('from', 'to'), side('to', 'from')]
  const order = object.layouts.detail.flatMap(({ fields }) => fields)
  const place = (name: string) => (order.includes(name) ? order.indexOf(name) : order.length)
  const written = (field: FieldDescription, value: unknown, doc: Doc) =>
    isEmpty(value) ? '' : kind(field).format(value, show.place(field, doc, found.names))
  const rows = found.fields.flatMap(({ field: name, from, to, set_by: by }): Row[] => {
    const field = object.field(name)
    if (!field || field.technical) return []
    const looksTheSame = written(field, from, before) === written(field, to, after)
    return looksTheSame ? [] : [{ field, from, to, before, after, by }]
  })
  rows.sort((a, b) => place(a.field.name) - place(b.field.name))
  const isMeant = ({ field }: Row) => Boolean(field.writable || field.edited_by)
  const meant = rows.filter(isMeant)
  return meant.length > 0 ? { meant, derived: rows.filter((row) => !isMeant(row)) } : { meant: rows, derived: [] }
}
