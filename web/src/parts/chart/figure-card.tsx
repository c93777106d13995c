import { IconChartBar, IconDownload, IconTable } from '@tabler/icons-react'
import { useNavigate } from '@tanstack/react-router'
import { lazy, Suspense, useMemo, useState } from 'react'
import type { Query } from '../../api/client'
import { PATH, type Row, useAsked, useFigures } from '../../data/figures'
import { download } from '../../data/files'
import { useMoment } from '../../data/moment'
import { useObject } from '../../meta/use-types'
import { day, dayOfMoment } from '../../ui/format'
import { IconButton } from '../../ui/icon-button'
import { useTranslation } from '../../words'
import s from './chart.module.css'
import { behind, columnsBehind } from './drill'
import type { Bar, ChartProps } from './echarts'
import { FigureTable } from './figure-table'
import type { Period } from './periods'
import { Unrated } from './unrated'
import { figureOf, nameOf, withAllMonths, written } from './written'

const Chart = lazy(() => import('./echarts'))
const MOST = 10

export interface Card {
  metric: string
  kind: ChartProps['kind']
  by?: string
  bucket?: 'month'
  /** The figure that is drawn: the first one unless named. */
  figure?: string
  query: Query
  period: Period
  wide?: boolean
}
interface Props {
  card: Card
  title: string
  /** Another day to compare with. */
  compare?: string
}

/** One figure by one dimension: a chart, its table and its CSV; a bar leads to the records behind it. */
export function FigureCard({ card, title, compare }: Props) {
  const { t, i18n } = useTranslation()
  const go = useNavigate()
  const { at, known } = useMoment()
  const [asTable, setAsTable] = useState(false)
  const query = { ...card.query, by: card.by, bucket: card.bucket, compare }
  const asked = useAsked(query)
  const { data, error, isPlaceholderData } = useFigures(card.metric, query, i18n.language)
  const rows = useMemo(() => {
    if (data === undefined) return []
    return card.bucket ? withAllMonths(data.rows, card.period.from, card.period.to) : data.rows.slice(0, MOST)
  }, [data, card.bucket, card.period.from, card.period.to])
  const column = data?.columns.find((one) => one.role === 'figure' && (card.figure === undefined || one.name === card.figure))
  const unit = column?.unit ?? null
  const currency = String(rows.find((row) => row.currency)?.currency ?? '')
  // biome-ignore lint/correctness/useExhaustiveDependencies: the column and the currency follow from data
  const bars = useMemo(
    (): Bar[] =>
      rows.map((row) => ({
        name: data ? nameOf(data, row) : '',
        value: Number(row[column?.name ?? ''] ?? 0),
        before: compare && column ? Number(row[`${column.name}_before`] ?? 0) : undefined,
        text: figureOf(row[column?.name ?? ''], unit, currency),
      })),
    [rows, data, compare],
  )
  const deals = useObject('opportunity')
  const leads = (row: Row) => {
    const tree = data && behind(card.metric, card.by, row, card.period, data.as_of)
    return tree && deals && { f: tree, cols: columnsBehind(card.metric, deals), at, known }
  }
  const pick = (index: number) => {
    const search = leads(rows[index] ?? {})
    if (search) void go({ to: '/o/$type', params: { type: 'opportunity' }, search })
  }
  const save = () => download(`${PATH}/${card.metric}`, `${title}.csv`, { ...asked, format: 'csv', labels: i18n.language })
  const drills = leads(rows[0] ?? {}) !== undefined
  return (
    <section className={s.card} aria-label={title} data-wide={card.wide || undefined} data-waiting={isPlaceholderData || undefined}>
      <header>
        <h2>{title}</h2>
        <IconButton small label={asTable ? t('dash.chart') : t('dash.table')} aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
          {asTable ? <IconChartBar size={16} stroke={1.6} /> : <IconTable size={16} stroke={1.6} />}
        </IconButton>
        <IconButton small label={t('dash.csv')} onClick={() => void save()}>
          <IconDownload size={16} stroke={1.6} />
        </IconButton>
      </header>
      {compare && !asTable && card.kind !== 'funnel' && bars.length > 0 && (
        <p className={s.legend}>
          <i aria-hidden /> {at ? day(dayOfMoment(at)) : t('time.now')}
          <i aria-hidden data-before /> {day(compare)}
        </p>
      )}
      {error && <p className={s.none}>{error.message}</p>}
      {!data && !error && <div className={s.bone} />}
      {data && <Unrated count={data.unrated} />}
      {data && asTable && <FigureTable figures={data} label={title} leads={leads} total={card.kind !== 'funnel'} />}
      {data && !asTable && data.rows.length === 0 && <p className={s.none}>{t('dash.empty')}</p>}
      {data && !asTable && data.rows.length > 0 && (
        <Suspense fallback={<div className={s.bone} />}>
          <Chart
            kind={card.kind}
            bars={bars}
            label={title}
            compact={(value) => written(value, unit, currency, true)}
            onPick={drills ? pick : undefined}
          />
        </Suspense>
      )}
    </section>
  )
}
