import { IconArrowRight, IconLock } from '@tabler/icons-react'
import type { Names } from '../../data/records'
import type { ObjectDescription } from '../../meta/describe'
import { type Doc, isEmpty } from '../../meta/meta'
import { type Show, useShow, Value } from '../../meta/show'
import { Empty } from '../../ui/empty'
import { moment } from '../../ui/format'
import { useTranslation } from '../../words'
import { Waiting } from '../offline/waiting'
import { whenOf } from '../time/pill'
import { Span } from '../time/span'
import { placeOf } from '../time/strip'
import { useVersionStops } from '../time/version-strip'
import { useActor } from '../timeline/sentence'
import { useDifference } from './answers'
import { type Between, inOrder, instantOf, isErased, isVersion, MADE, type Row, rowsOf } from './between'
import s from './difference.module.css'
import { Moments } from './moments'

interface Props {
  object: ObjectDescription
  id: string
  /** When it was made, if that is known: its first moment. */
  made?: string
  /** As it is now: the currency of an amount that alone differs. */
  record?: Doc
  between: Between
  onChange(between: Between): void
}

/** What is different in a record between two moments: each field then and later, and who set it last. */
export default function Difference({ object, id, made, record, between, onChange }: Props) {
  const ordered = inOrder(between, made)
  const asked = useDifference(object.name, id, between, ordered)
  const { data, isPlaceholderData } = asked
  const { t } = useTranslation()
  const show = useShow(object)
  const rows = data && rowsOf(object, data, show, record)
  return (
    <section className={s.between} aria-label={t('audit.between.title')}>
      <Hands object={object} id={id} made={made} between={between} onChange={onChange} />
      <Moments between={between} made={made} ordered={ordered} onChange={onChange} />
      {ordered && <Waiting on={asked} rows={4} />}
      {data && rows && ordered && (
        <div data-waiting={isPlaceholderData || undefined}>
          {data.from === 0 && data.to > 0 && <p className={s.soft}>{t('audit.between.notYet')}</p>}
          {rows.meant.length === 0 && <Empty title={t('audit.between.none')} text={t('audit.between.noneText')} />}
          {rows.meant.length > 0 && (
            <>
              <p className={s.soft} role="status">
                {t('audit.between.found', { count: rows.meant.length })} · {t('audit.between.versions', { from: data.from, to: data.to })}
              </p>
              <Table rows={rows.meant} between={between} show={show} names={data.names} />
            </>
          )}
          {rows.derived.length > 0 && (
            <details className={s.derived}>
              <summary>{t('audit.between.derived', { count: rows.derived.length })}</summary>
              <Table rows={rows.derived} between={between} show={show} names={data.names} />
            </details>
          )}
          <p className={s.foot}>{t('audit.between.hidden')}</p>
        </div>
      )}
    </section>
  )
}

/** The same two moments as hands on the track of the record's versions; a moment between two of them is at the earlier one. */
function Hands({ object, id, made, between, onChange }: Omit<Props, 'record'>) {
  const stops = useVersionStops(object, id)
  if (stops.length === 0) return null
  const to = between.to === undefined ? stops.length : placeAt(between.to)
  const from = Math.min(placeAt(between.from), to)
  return (
    <Span
      stops={stops}
      from={from}
      to={to}
      onChange={(first, second) => onChange({ from: momentAt(first) ?? MADE, to: momentAt(second) })}
    />
  )

  function placeAt(moment: string): number {
    if (moment === MADE) return 0
    return isVersion(moment) ? Math.min(Number(moment) - 1, stops.length) : placeOf(stops, instantOf(moment, made) ?? undefined)
  }
  function momentAt(place: number): string | undefined {
    return place === 0 ? MADE : stops[place]?.at
  }
}

interface TableProps {
  rows: Row[]
  between: Between
  show: Show
  names: Names
}

function Table({ rows, between, show, names }: TableProps) {
  const { t } = useTranslation()
  const headOf = (at?: string) => {
    if (at === undefined) return t('time.now')
    if (at === MADE) return t('audit.between.made')
    return isVersion(at) ? t('audit.between.version', { version: at }) : whenOf(at)
  }
  return (
    <table className={s.table}>
      <thead>
        <tr>
          <th scope="col">{t('audit.between.field')}</th>
          <th scope="col">{headOf(between.from)}</th>
          <th scope="col">{headOf(between.to)}</th>
          <th scope="col">{t('audit.between.by')}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.field.name}>
            <th scope="row">{row.field.label}</th>
            <td data-side="from">
              <Side value={row.from} doc={row.before} row={row} show={show} names={names} />
            </td>
            <td data-side="to">
              <IconArrowRight size={14} stroke={1.6} aria-hidden />
              <Side value={row.to} doc={row.after} row={row} show={show} names={names} />
            </td>
            <td data-side="by">
              <SetBy row={row} names={names} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function Side({ value, doc, row, show, names }: { value: unknown; doc: Doc; row: Row; show: Show; names: Names }) {
  const { t } = useTranslation()
  if (isErased(value))
    return (
      <span className={s.masked}>
        <IconLock size={13} stroke={1.8} aria-hidden /> {t('audit.between.masked')}
      </span>
    )
  if (isEmpty(value)) return <span className={s.none}>{t('record.empty')}</span>
  return <Value show={show} field={row.field} record={doc} names={names} value={value} />
}

function SetBy({ row: { by }, names }: { row: Row; names: Names }) {
  const { t } = useTranslation()
  const actor = useActor()
  if (!by) return <span className={s.none}>{t('record.empty')}</span>
  return (
    <>
      {actor(by, names)} <time dateTime={by.occurred_at}>{moment(by.occurred_at)}</time>
      {by.reason && <small>{t('audit.because', { reason: by.reason })}</small>}
    </>
  )
}
