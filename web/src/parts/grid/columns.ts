import type { FieldDescription, ObjectDescription } from '../../meta/describe'
import { kind } from '../../meta/fields'

export interface Column {
  field: FieldDescription
  width: number
  numeric: boolean
}

const WIDTHS: Partial<Record<FieldDescription['show'], number>> = {
  money: 136,
  number: 110,
  percent: 90,
  measure: 100,
  date: 124,
  datetime: 116,
  boolean: 80,
  stage: 140,
  choice: 110,
  ref: 170,
  email: 200,
  phone: 150,
  code: 120,
}
export const [LEAST, MOST] = [56, 900]

export function columnsOf(object: ObjectDescription, names: readonly string[], widths: Record<string, number>): Column[] {
  return names.flatMap((name) => {
    const field = object.field(name)
    if (!field) return []
    const usual = name === object.title ? 220 : field.ref === 'user' ? 140 : (WIDTHS[field.show] ?? 130)
    return [{ field, width: Math.max(LEAST, Math.min(MOST, widths[name] ?? usual)), numeric: kind(field).numeric === true }]
  })
}

const PICK = 28
export const GAP = 20
/** Columns as grid tracks: what is left over goes to the name. */
export const tracksOf = (columns: readonly Column[]): string =>
  [`${PICK}px`, ...columns.map(({ width }, n) => (n === 0 ? `minmax(${width}px, 1fr)` : `${width}px`)), '0'].join(' ')
export const widthOf = (columns: readonly Column[]): number => columns.reduce((sum, { width }) => sum + width + GAP, PICK + 32)

/** Fields that a person may put into a column. */
export const columnChoices = (object: ObjectDescription): FieldDescription[] =>
  object.fields.filter((field) => !field.technical && field.show !== 'structure' && field.show !== 'multiline')

/** Custom fields come as one, with what formulas could not compute next to it. */
const sourcesOf = (name: string): string[] => (name.startsWith('custom.') ? [name, 'formulas'] : [name])

/** The fields that a list must ask for, so that its cells and cards can be drawn. */
export function fieldsFor(object: ObjectDescription, columns: readonly string[]): string[] {
  const shown = [...columns, object.title, ...object.layouts.listSmall, ...object.layouts.list]
  const money = shown.flatMap((name) => object.field(name)?.currency ?? [])
  const more = [
    ...money,
    object.stages?.by ?? '',
    object.stages?.field ?? '',
    object.ends ? 'status' : '',
    ...(object.instead ?? []),
    'archived',
    'do_not_call',
    'phone',
  ]
  return [...new Set([...shown, ...more].filter((name) => object.field(name) !== undefined).flatMap(sourcesOf))]
}

/** The first columns that find room: next to the panel a list shows fewer, none of them cut. */
export function fitting(columns: readonly Column[], room: number): readonly Column[] {
  let count = columns.length
  while (count > 2 && widthOf(columns.slice(0, count)) > room) count -= 1
  return columns.slice(0, count)
}
