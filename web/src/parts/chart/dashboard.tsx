import { useNavigate, useSearch } from '@tanstack/react-router'
import { useMemo, useState } from 'react'
import { isProblem } from '../../api/problem'
import type { DashboardSearch } from '../../app/search'
import { useMe } from '../../app/session'
import { useMetrics } from '../../data/figures'
import { useMoment, usePast } from '../../data/moment'
import { useTypes } from '../../meta/use-types'
import { DateField } from '../../ui/date'
import { Empty } from '../../ui/empty'
import { dayAt, dayOfMoment } from '../../ui/format'
import { Segments } from '../../ui/segments'
import { useTranslation } from '../../words'
import { ListStrip } from '../time/list-strip'
import { Pill } from '../time/pill'
import { Begun } from './begun'
import s from './chart.module.css'
import { type Card, FigureCard } from './figure-card'
import { KnownNote } from './known-note'
import { periodOf, SPANS, type Span, yearTo } from './periods'
import { Tile } from './tile'
import { byOf } from './written'

const BASE = { currency: 'base' }

/** The figures of the sales of a period, as of any day, and next to those of another day. */
export function Dashboard() {
  const { t, i18n } = useTranslation()
  const { at } = useMoment()
  const past = usePast()
  const types = useTypes()
  const first = Number(useMe().organisation.fiscal_year_start ?? 1) || 1
  const { data: metrics, error: refused } = useMetrics(i18n.language)
  const go = useNavigate()
  const { period: span = 'quarter', compare } = useSearch({ strict: false }) as DashboardSearch
  const change = (part: DashboardSearch) => void go({ to: '.', search: (was: object) => ({ ...was, ...part }) as never, replace: true })
  const [strip, setStrip] = useState(past)
  const day = at ? dayOfMoment(at) : dayAt(new Date())
  const period = periodOf(span, day, first)
  const former = periodOf(span, day, first, 1)
  const deals = types.type('opportunity')
  const cards = useMemo((): Card[] => {
    const [now, year] = [periodOf(span, day, first), yearTo(day)]
    const won = { ...BASE, ...now }
    return [
      { metric: 'pipeline', kind: 'bars', by: 'stage', query: BASE, period: now },
      { metric: 'funnel', kind: 'funnel', by: 'stage', query: { ...now }, period: now },
      { metric: 'revenue', kind: 'bars', bucket: 'month', query: { ...BASE, ...year }, period: year, wide: true },
      { metric: 'revenue', kind: 'rows', by: 'owner', query: won, period: now },
      { metric: 'revenue', kind: 'rows', by: 'product', query: won, period: now },
      { metric: 'open_ageing', kind: 'bars', by: 'age', figure: 'opportunities', query: BASE, period: now },
      { metric: 'lost_reasons', kind: 'rows', by: 'lost_reason', query: won, period: now },
    ]
  }, [span, day, first])
  const known = (name: string) => metrics?.items.find((metric) => metric.name === name)
  const titleOf = (card: Card) => {
    const metric = known(card.metric)
    const dimension = metric?.dimensions.find((one) => one.name === card.by)?.label
    if (card.bucket) return t('dash.byMonth', { metric: metric?.label })
    const by = byOf(metric?.label ?? '', dimension ?? '')
    return by ? t('dash.by', { metric: metric?.label, dimension: by }) : (metric?.label ?? '')
  }
  const shown = cards.filter((card) => {
    const metric = known(card.metric)
    return metric && (!card.by || metric.dimensions.some((one) => one.name === card.by))
  })
  const figures = (
    <>
      <div className={s.tiles}>
        {known('revenue') && <Tile metric="revenue" figure="amount" query={{ ...BASE, ...period }} before={{ ...BASE, ...former }} />}
        {known('win_rate') && <Tile metric="win_rate" figure="win_rate" query={{ ...period }} before={{ ...former }} />}
        {known('sales_velocity') && (
          <Tile metric="sales_velocity" figure="velocity" query={{ ...BASE, ...period }} before={{ ...BASE, ...former }} />
        )}
        {known('pipeline') && <Tile metric="pipeline" figure="weighted" query={BASE} />}
      </div>
      <div className={s.cards}>
        {shown.map((card) => (
          <FigureCard key={`${card.metric} ${card.by ?? card.bucket}`} card={card} title={titleOf(card)} compare={compare} />
        ))}
      </div>
    </>
  )
  if (isProblem(refused, 'forbidden')) return <Empty title={t('common.nothingYet')} text={t('common.nothingYetText')} ghost />
  return (
    <div className={s.page} data-past={past || undefined}>
      <header className={s.top}>
        <h1>{t('dash.title')}</h1>
        <Segments<Span>
          label={t('dash.period')}
          value={span}
          onChange={(value) => change({ period: value === 'quarter' ? undefined : value })}
          options={SPANS.map((value) => ({ value, label: t(`dash.${value}`) }))}
        />
        <span className={s.grow} />
        <DateField
          aria-label={t('dash.compareDay')}
          placeholder={t('dash.compareDay')}
          value={compare ?? null}
          maxDate={new Date()}
          onChange={(value) => change({ compare: value ?? undefined })}
          size="xs"
          className={s.compare}
        />
        <Pill open={strip || past} onOpen={setStrip} />
      </header>
      {(strip || past) && deals && <ListStrip object={deals} />}
      <KnownNote />
      <div className={s.scroll}>{deals ? <Begun object={deals}>{figures}</Begun> : figures}</div>
    </div>
  )
}
