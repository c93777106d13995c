import type { components } from '../api/schema/root'

type Schemas = components['schemas']
export type Meta = Schemas['Meta']
export type MetaType = Schemas['MetaType']
export type MetaField = Schemas['MetaField']
export type MetaCommand = Schemas['MetaCommand']
export type MetaPart = Schemas['MetaPart']
export type MetaStages = Schemas['MetaStages']
export type MetaRelation = Schemas['MetaRelation']

/** A record as it comes in an answer. What the caller may not see, or did not ask for, is not there. */
export interface Doc {
  id: string
  version: number
  [field: string]: unknown
}

/** The value of a field; custom fields stand under `custom`, by the name after `custom.`, formulas under `formulas`. */
export function fieldValue(record: Doc | undefined, field: string): unknown {
  if (record === undefined || !field.startsWith('custom.')) return record?.[field]
  const name = field.slice('custom.'.length)
  const custom = record.custom as Record<string, unknown> | undefined
  const formulas = record.formulas as Record<string, unknown> | undefined
  return custom?.[name] ?? formulas?.[name]
}

/** Whether people see nothing there: null, an empty text, an empty list or object. */
export function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return true
  if (Array.isArray(value)) return value.length === 0
  return typeof value === 'object' && Object.keys(value as object).length === 0
}

/** Equal as JSON: what two answers say of one field. */
export function same(one: unknown, other: unknown): boolean {
  return one === other || (isEmpty(one) && isEmpty(other)) || JSON.stringify(one) === JSON.stringify(other)
}

/** Whether a command applies to a record in its present state (`when` of /meta); the server may still refuse it. */
export function applies(command: MetaCommand, record: Doc): boolean {
  if (!command.allowed) return false
  return Object.entries(command.when ?? {}).every(
    ([field, values]) => record[field] === undefined || values.some((value) => same(value, record[field])),
  )
}
