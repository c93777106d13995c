export interface Point {
  key: string
  zh: string
  en: string
}
export interface Gate {
  roles: string[]
  fields: string[]
  checklist: Point[]
  back: string[] | null
}
export interface Stage {
  key: string
  zh: string
  en: string
  titles?: Record<string, string>
  probability: number
  gate: Gate | null
  retired: boolean
}
export interface Pipeline {
  id: string
  version: number
  name: string
  default: boolean
  stages: Stage[]
}
export const NO_GATE: Gate = { roles: [], fields: [], checklist: [], back: null }
export const GATE_FIELDS = [
  'amount',
  'close_date',
  'account',
  'product',
  'next_step',
  'source',
  'description',
  'contact_roles',
  'lines',
] as const

/** The order after one is put before another one. */
export function moved(keys: string[], key: string, to: number): string[] {
  const rest = keys.filter((one) => one !== key)
  const at = Math.max(0, Math.min(to, rest.length))
  return [...rest.slice(0, at), key, ...rest.slice(at)]
}

/** A key that no stage has yet. */
export function freeKey(label: string, taken: string[]): string {
  const plain = label
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, 36)
  const base = plain || 'stage'
  for (let n = 1; ; n += 1) {
    const key = n === 1 && plain ? base : `${base}_${n}`
    if (!taken.includes(key)) return key
  }
}
export const isGate = ({ roles, fields, checklist, back }: Gate): boolean =>
  roles.length > 0 || fields.length > 0 || checklist.length > 0 || back !== null
