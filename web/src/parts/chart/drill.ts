import type { Tree } from '../../app/search'
import type { Row } from '../../data/figures'
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

/** The list of the records behind a bar; undefined where no list tells it. */
export function behind(metric: string, by: string | undefined, row: Row, period: Period): Tree | undefined {
  const of = OF[metric]
  if (of === undefined) return undefined
  const bucket = row.bucket as string | undefined
  const conditions = of(bucket ? { from: bucket, to: monthEnd(bucket) } : period)
  if (by === undefined) return { all: conditions }
  if (!FIELDS.includes(by)) return undefined
  const value = row[by]
  return { all: [...conditions, value ? { field: by, value } : { field: by, op: 'empty', value: true }] }
}
