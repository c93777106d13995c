import type { MetaField, MetaPart } from '../meta'

export const KINDS = [
  'text',
  'multiline',
  'number',
  'money',
  'percent',
  'measure',
  'date',
  'datetime',
  'boolean',
  'choice',
  'choices',
  'tags',
  'ref',
  'refs',
  'email',
  'phone',
  'url',
  'code',
  'stage',
  'structure',
] as const
export type KindName = (typeof KINDS)[number]

const BY_MEANING: Record<string, KindName> = {
  multiline: 'multiline',
  email: 'email',
  phone: 'phone',
  url: 'url',
  country: 'code',
  currency: 'code',
  language: 'code',
  time_zone: 'code',
  money: 'money',
  percent: 'percent',
  year: 'number',
  month: 'number',
  minutes: 'measure',
  days: 'measure',
  conditions: 'structure',
}
const BY_KIND: Record<string, KindName> = {
  text: 'text',
  keyword: 'text',
  keywords: 'tags',
  integer: 'number',
  decimal: 'number',
  date: 'date',
  datetime: 'datetime',
  boolean: 'boolean',
  json: 'structure',
}

type Valued = Pick<MetaField & MetaPart, 'kind' | 'meaning' | 'options' | 'types'> & { name?: string; ref?: string | null }

/** How a value is shown, entered and filtered. stage: the field that holds the place on a path. Unknown ones are texts. */
export function kindOf(field: Valued, stage?: string): KindName {
  const several = field.kind === 'keywords'
  if (field.options?.length) return several ? 'choices' : 'choice'
  if (field.ref || field.types?.length) return several ? 'refs' : 'ref'
  if (stage !== undefined && field.name === stage) return 'stage'
  if (several) return 'tags'
  return BY_MEANING[field.meaning ?? ''] ?? BY_KIND[field.kind] ?? 'text'
}
