import type { FieldDescription, ObjectDescription } from '../../meta/describe'
import { kind, type Place } from '../../meta/fields'
import type { Show } from '../../meta/show'
import { t } from '../../words'
import { type Group, isLeaf, isRelative, type Leaf } from './tree'

type Names = Record<string, string>
const PEOPLE: Record<string, string> = { '@me': 'list.me', '@my_team': 'list.myTeam' }

/** `-7d` → 7 days ago, `this_month` → this month, `@me` → me; undefined for a value that stands for itself. */
export function wordOf(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined
  const person = PEOPLE[value]
  if (person) return t(person)
  const [, sign, count, unit] = /^@?([+-]?)(\d{1,4})([dwmy])$/.exec(value) ?? []
  if (unit) return t(sign === '-' ? `list.ago.${unit}` : `list.ahead.${unit}`, { count: Number(count) })
  return /^@?[a-z]+(_[a-z]+)*$/.test(value) && isRelative(value) ? t(`list.day.${value.replace('@', '')}`) : undefined
}

const isListed = (field: FieldDescription) => field.show === 'choices' || field.show === 'tags' || field.show === 'refs'
const isDay = (field: Pick<FieldDescription, 'show'>) => field.show === 'date' || field.show === 'datetime'

/** A condition in words: Owner is me. */
export function sayLeaf(leaf: Leaf, field: FieldDescription | undefined, show: Show, names: Names): string {
  if (!field) return leaf.field
  const op = leaf.op ?? 'eq'
  if (op === 'empty')
    return t('list.sentence', { field: field.label, op: t(leaf.value === false ? 'list.op.filled' : 'list.op.empty'), value: '' }).trim()
  const place: Place = show.place(field, undefined, names)
  const plain = (value: unknown) =>
    (isDay(field) || field.ref || field.types?.length ? wordOf(value) : undefined) ??
    (kind(field).format(isListed(field) ? [value] : value, place) || String(value))
  const values = Array.isArray(leaf.value) ? leaf.value : [leaf.value]
  const said = values.slice(0, 3).map(plain)
  if (values.length > 3) said.push(t('list.andMore', { count: values.length - 3 }))
  const word = op === 'in' || op === 'eq' ? (values.length > 1 ? 'in' : 'eq') : opWord(op, field)
  return t('list.sentence', { field: field.label, op: t(`list.op.${word}`), value: said.join(t('list.comma')) })
}

/** Days are before and after, numbers smaller and larger. */
export const opWord = (op: string, field: Pick<FieldDescription, 'show'>): string =>
  isDay(field) && /^(lt|le|gt|ge)$/.test(op) ? `${op}Day` : op

/** A part of a filter in words; of a group the first two. */
export function sayPart(part: Leaf | Group, object: ObjectDescription, show: Show, names: Names): string {
  if (isLeaf(part)) return sayLeaf(part, object.field(part.field), show, names)
  const said = part.parts.map((one) => sayPart(one, object, show, names))
  const joined = said.slice(0, 2).join(` ${t(part.way === 'any' ? 'list.or' : 'list.and')} `)
  const more = said.length > 2 ? ` ${t('list.andMore', { count: said.length - 2 })}` : ''
  return part.way === 'none' ? t('list.notThis', { what: joined + more }) : joined + more
}
