const DAY_MS = 86_400_000
export const SPANS = ['month', 'quarter', 'year'] as const
export type Span = (typeof SPANS)[number]

export interface Period {
  from: string
  to: string
}
const text = (time: number) => new Date(time).toISOString().slice(0, 10)
const MONTHS: Record<Span, number> = { month: 1, quarter: 3, year: 12 }

/**
 * The period that a day lies in, `back` periods earlier; quarters and years begin with the organisation's fiscal year.
 * day: `YYYY-MM-DD`. first: the month in which the fiscal year begins, 1 to 12.
 */
export function periodOf(span: Span, day: string, first = 1, back = 0): Period {
  const [year = 0, month = 1] = day.split('-').map(Number)
  const long = MONTHS[span]
  const start = span === 'month' ? 0 : first - 1
  const since = (month - 1 - start + 12) % 12 // months since the fiscal year began
  const begin = year * 12 + (month - 1) - (since % long) - back * long
  const at = (months: number) => Date.UTC(Math.floor(months / 12), months % 12, 1)
  return { from: text(at(begin)), to: text(at(begin + long) - DAY_MS) }
}

/** The twelve months that end with the one of a day. */
export function yearTo(day: string): Period {
  const { from, to } = periodOf('month', day, 1, 11)
  return { from, to: from && to ? periodOf('month', day).to : to }
}

/** How much more or less than before, in per cent; undefined where there was nothing. */
export function changeOf(now: unknown, before: unknown): number | undefined {
  const [one, other] = [Number(now), Number(before)]
  if (now === null || before === null || !Number.isFinite(one) || !Number.isFinite(other) || other === 0) return undefined
  return ((one - other) / Math.abs(other)) * 100
}
