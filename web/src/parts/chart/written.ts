import type { FigureColumn, Figures, Row } from '../../data/figures'
import { compactNumber, money, number, percent } from '../../ui/format'
import { locale, t } from '../../words'

type Unit = FigureColumn['unit']

/** A figure as people read it, by its unit; money in the currency of its row. */
export function written(value: unknown, unit: Unit, currency: string, compact = false): string {
  if (value === null || value === undefined || value === '') return '–'
  const plain = value as string | number
  if (unit === 'money' || unit === 'money_per_day') return money(plain, currency, compact)
  if (unit === 'percent') return percent(plain)
  if (unit === 'days')
    return new Intl.NumberFormat(locale(), { style: 'unit', unit: 'day', unitDisplay: 'short', maximumFractionDigits: 1 }).format(
      Number(plain),
    )
  return compact ? compactNumber(plain) : number(plain, 1)
}

/** The same at a bar, in few digits: 0 where a period has no row, a dash where the row has no figure. */
export const figureOf = (value: unknown, unit: Unit, currency: string): string =>
  written(value === undefined ? 0 : value, unit, currency, true)

/** The name of a group: the label of its dimension, or its period in words. */
export function nameOf(figures: Figures, row: Row): string {
  const label = figures.columns.find((column) => column.role === 'label') ?? figures.columns.find((column) => column.role === 'dimension')
  if (label) return String(row[label.name] ?? '') || t('dash.noGroup')
  const bucket = row.bucket as string | undefined
  if (bucket)
    return new Intl.DateTimeFormat(locale(), { year: '2-digit', month: 'short', timeZone: 'UTC' }).format(new Date(`${bucket}T00:00:00Z`))
  return figures.label
}

/** Months without anything have no row: a line that leaves them out would lie. */
export function withAllMonths(rows: Row[], from: string, to: string): Row[] {
  const found = new Map(rows.map((row) => [String(row.bucket).slice(0, 7), row]))
  const [first, last] = [from, to].map((day) => {
    const [year = 0, month = 1] = day.split('-').map(Number)
    return year * 12 + month - 1
  }) as [number, number]
  return Array.from({ length: last - first + 1 }, (_, n) => {
    const month = `${Math.floor((first + n) / 12)}-${String(((first + n) % 12) + 1).padStart(2, '0')}`
    return found.get(month) ?? { bucket: `${month}-01` }
  })
}

/** The dimension as a title goes on with it: within a sentence; "" where the figure's own name says it already. */
export function byOf(metric: string, dimension: string): string {
  const [said, by] = [metric.toLowerCase(), dimension.toLowerCase()]
  if (by === '' || said.includes(by)) return ''
  return /^\p{Lu}\p{Ll}/u.test(dimension) ? `${by.charAt(0)}${dimension.slice(1)}` : dimension
}
