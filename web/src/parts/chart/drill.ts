import type { Tree } from '../../app/search'
import type { Row } from '../../data/figures'
import type { ObjectDescription } from '../../meta/describe'
import { plus } from '../calendar/days'
import type { Period } from './periods'

/** Dimensions of figures that are fields of a deal. */
const FIELDS = ['stage', 'owner', 'pipeline', 'product', 'account', 'source', 'lost_reason']
const OPEN: Tree = { field: 'status', value: 'open' }
const WON: Tree = { field: 'status', value: 'won' }
/** Which deals a figure is made of, besides its group. */
const OF: Record<string, (period: Period) => Tree[]> = {
  pipeline: () => [OPEN],
  open_ageing: () => [OPEN],
  revenue: ({ from, to }) => [WON, { field: 'closed_on', op: 'ge', value: from }, { field: 'closed_on', op: 'le', value: to }],
  lost_reasons: ({ from, to }) => [
    { field: 'status', value: 'lost' },
    { field: 'closed_on', op: 'ge', value: from },
    { field: 'closed_on', op: 'le', value: to },
  ],
}

const monthEnd = (day: string) => {
  const [year = 0, month = 1] = day.split('-').map(Number)
  return new Date(Date.UTC(year, month, 0)).toISOString().slice(0, 10)
}

/** The day that a figure goes by: its list shows it, too. */
const DAY: Record<string, string> = { revenue: 'closed_on', lost_reasons: 'closed_on', open_ageing: 'opened_on' }

/** How old the deals of a bar are at a day, as the suite names the groups: `31-60`, `91+`, "" where nobody knows. */
function ofAge(age: string, day: string): Tree[] {
  if (age === '') return [{ field: 'opened_on', op: 'empty', value: true }]
  const [youngest = 0, oldest] = age.split(/[-+]/).filter(Boolean).map(Number)
  const from: Tree[] = oldest === undefined ? [] : [{ field: 'opened_on', op: 'ge', value: plus(day, -oldest) }]
  // deals that are opened on a day to come are of no age yet: the suite counts them with the youngest
  return youngest === 0 ? from : [...from, { field: 'opened_on', op: 'le', value: plus(day, -youngest) }]
}

/** The list of the records behind a bar; undefined where no list tells it. day: that the figure is as of. */
export function behind(metric: string, by: string | undefined, row: Row, period: Period, day: string): Tree | undefined {
  const of = OF[metric]
  if (of === undefined) return undefined
  if (by === 'age') return { all: [...of(period), ...ofAge(String(row.age ?? ''), day)] }
  const bucket = row.bucket as string | undefined
  const conditions = of(bucket ? { from: bucket, to: monthEnd(bucket) } : period)
  if (by === undefined) return { all: conditions }
  if (!FIELDS.includes(by)) return undefined
  const value = row[by]
  return { all: [...conditions, value ? { field: by, value } : { field: by, op: 'empty', value: true }] }
}

/** What such a list shows: the usual columns, and in front, in sight on every screen, the day that the figure goes by. */
export function columnsBehind(metric: string, deals: ObjectDescription): string | undefined {
  const day = DAY[metric]
  const [first, ...usual] = deals.layouts.list
  return day && deals.field(day) && !usual.includes(day) ? [first, day, ...usual].join() : undefined
}
