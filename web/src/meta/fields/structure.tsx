import { isEmpty, type MetaPart } from '../meta'
import s from './fields.module.css'
import { KINDS_BY_NAME } from './index'
import type { Kind, Place } from './kind'
import { kindOf } from './kind-of'

type Parts = Record<string, unknown>
const HIDDEN = ['id', 'primary', 'active']

/** The parts of one entry as texts, each by its own kind: `张三 · 决策人`. */
function partsOf(entry: unknown, shape: MetaPart | undefined, place: Place): string[] {
  if (entry === null || typeof entry !== 'object') return isEmpty(entry) ? [] : [String(entry)]
  return Object.entries(entry as Parts).flatMap(([name, value]) => {
    const part = shape?.parts?.[name] ?? shape?.values
    if (HIDDEN.includes(name) || isEmpty(value) || part === undefined) return []
    if (typeof value === 'object' && !Array.isArray(value)) return partsOf(value, part, place)
    const field = { ...part, name, label: part.label ?? name, currency: part.meaning === 'money' ? 'currency' : undefined }
    return KINDS_BY_NAME[kindOf(field)].format(value, { ...place, field }) || []
  })
}
const entriesOf = (value: unknown) => (Array.isArray(value) ? value : isEmpty(value) ? [] : [value])
const shapeOf = (place: Place) => place.field.shape?.items ?? place.field.shape

/** A JSON value: shown by its parts. Its commands change it, so there is no input. */
export const structure: Kind = {
  format: (value, place) =>
    entriesOf(value)
      .map((one) => partsOf(one, shapeOf(place), place).join(' · '))
      .filter(Boolean)
      .join('; '),
  parse: () => undefined,
  operators: [],
  Show: ({ value, place }) => (
    <span className={s.several}>
      {entriesOf(value).map((one) => {
        const written = partsOf(one, shapeOf(place), place).join(' · ')
        return written && <span key={JSON.stringify(one)}>{written}</span>
      })}
    </span>
  ),
  Edit: () => null,
}
