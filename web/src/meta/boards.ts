import type { FieldDescription, ObjectDescription } from './describe'
import { isEmpty } from './meta'

/** The column of the records that have no value. The server trims options, so that none is called so. */
export const NONE = ' '
/** The key of the column in which a value stands. */
export const columnKey = (value: unknown): string => (isEmpty(value) ? NONE : String(value))

/** Whether a value can be given: an option that is offered, or none where nobody must fill it in. */
export function offers(field: FieldDescription | undefined, key: string): field is FieldDescription {
  if (field?.editor === undefined) return false
  if (key !== NONE) return field.options?.includes(key) === true
  return !field.required && !field.editor.command.fields[field.editor.input]
}

/** What the columns of a board can be: the field that /meta names, and each other closed set; fields of one's own, too. Texts make no groups, whatever they offer. */
export function columnChoices(object: ObjectDescription): FieldDescription[] {
  const others = object.fields.filter(
    (field) => field.show === 'choice' && field.kind === 'keyword' && field.filterable && !field.technical,
  )
  const first = object.boardField ? object.field(object.boardField) : undefined
  if (first) return [first, ...others.filter((field) => field !== first)]
  return others.some((field) => field.name.startsWith('custom.')) ? others : []
}

/** The record type as a board by this field needs it; a field that makes no columns leaves those of /meta. */
export function boardBy(object: ObjectDescription, name: string | undefined): ObjectDescription {
  const choices = columnChoices(object)
  const field = choices.find((one) => one.name === name) ?? choices[0]
  if (field === undefined || field.name === object.boardField) return object
  const { board, backs } = object
  const left = field.name === 'status' // the ways off a path are columns then
  const apart = Object.entries(object.ends ?? {}).filter(([key]) => left || !field.options?.includes(key)) // a column of that name is the field's
  const ends = apart.length > 0 ? Object.fromEntries(apart) : undefined
  return {
    ...object,
    boardField: field.name,
    stages: undefined,
    board: board && { ...board, since: undefined },
    moves: left && ends ? { ...ends, ...backs } : undefined,
    ends: left ? undefined : ends,
  }
}
