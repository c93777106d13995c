import { IconArrowDownRight, IconArrowUpRight } from '@tabler/icons-react'
import type { Query } from '../../api/client'
import { useFigures } from '../../data/figures'
import { percent } from '../../ui/format'
import { Bone } from '../../ui/skeleton'
import { useTranslation } from '../../words'
import s from './chart.module.css'
import { changeOf } from './periods'
import { Unrated } from './unrated'
import { written } from './written'

interface Props {
  metric: string
  figure: string
  query: Query
  /** The same of the period before; absent for what stands at a day. */
  before?: Query
}

/** One figure in large digits, and how it has changed: by an arrow and a word, never by a colour alone. */
export function Tile({ metric, figure, query, before }: Props) {
  const { t, i18n } = useTranslation()
  const { data, error } = useFigures(metric, query, i18n.language)
  const { data: former } = useFigures(metric, before ?? {}, i18n.language, before !== undefined)
  const column = data?.columns.find((one) => one.name === figure)
  const first = data?.columns.find((one) => one.role === 'figure')
  const title = !data || !column || column === first ? data?.label : t('dash.of', { metric: data.label, figure: column.label })
  const row = data?.total.find((one) => one[figure] !== null && (one.currency !== '' || data.total.length === 1)) ?? data?.total[0]
  const change = before && row ? changeOf(row[figure], former?.total[0]?.[figure]) : undefined
  const amount = change === undefined ? '' : percent(Math.abs(change))
  return (
    <div className={s.tile}>
      <span>{title}</span>
      {error && <small>{error.message}</small>}
      {!data && !error && <Bone seed={2} />}
      {data && (
        <b className="num">
          {written(row?.[figure] ?? (column?.unit === 'percent' ? null : 0), column?.unit ?? null, String(row?.currency ?? ''), true)}
        </b>
      )}
      {before && change !== undefined && (
        <small data-good={change >= 0 || undefined} data-bad={change < 0 || undefined}>
          {change >= 0 ? <IconArrowUpRight size={14} aria-hidden /> : <IconArrowDownRight size={14} aria-hidden />}
          {change >= 0 ? t('dash.more', { change: amount }) : t('dash.less', { change: amount })}
        </small>
      )}
      {before && former && change === undefined && <small>{t('dash.unknown')}</small>}
      {!before && row && typeof row.opportunities === 'number' && <small>{t('dash.deals', { count: row.opportunities })}</small>}
      {data && <Unrated count={data.unrated} />}
    </div>
  )
}
