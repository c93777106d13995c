import { DateField } from '../../ui/date'
import { day } from '../../ui/format'
import { inputOf, type Kind, textOf } from './kind'

export const operators = ['eq', 'ge', 'le', 'gt', 'lt', 'ne', 'empty'] as const

/** 2026-1-5, 2026/1/5, 2026.1.5, 2026年1月5日 → `2026-01-05`; undefined where it is no day. */
export function dayOf(text: string): string | null | undefined {
  const plain = text.normalize('NFKC').trim()
  if (plain === '') return null
  const found = /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$/u.exec(plain)
  if (found === null) return undefined
  const [, year = '', month = '', date = ''] = found
  const made = `${year}-${month.padStart(2, '0')}-${date.padStart(2, '0')}`
  const checked = new Date(`${made}T00:00:00Z`)
  return Number.isNaN(checked.getTime()) || checked.toISOString().slice(0, 10) !== made ? undefined : made
}

/** A day: the same everywhere. */
export const date: Kind = {
  format: (value) => (value ? day(value as string) : ''),
  parse: dayOf,
  operators,
  Edit: (props) => <DateField {...inputOf(props)} value={textOf(props.value) || null} onChange={(value) => props.onChange(value)} />,
}
