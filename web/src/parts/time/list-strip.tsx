import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react'
import { useDensity } from '../../data/boards'
import { useMoment } from '../../data/moment'
import type { ObjectDescription } from '../../meta/describe'
import { dayAt } from '../../ui/format'
import { Segments } from '../../ui/segments'
import { locale, useTranslation } from '../../words'
import { Span } from './span'
import { placeOf, type Stop, Strip } from './strip'
import s from './strip.module.css'

type Bucket = 'day' | 'week' | 'month'
const COUNTS: Record<Bucket, number> = { day: 120, week: 104, month: 96 }
const DAYS: Record<Bucket, number> = { day: 1, week: 7, month: 30.44 }
const DAY_MS = 86_400_000

const dayOf = (time: number) => new Date(time).toISOString().slice(0, 10)
const format = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale(), { ...options, timeZone: 'UTC' })

/** Buckets without a change are left out of the answer's meaning, not of the strip: each has its place. */
export function stopsOf(items: { at: string; count: number }[], bucket: Bucket, today = Date.now()): Stop[] {
  const written = format({ year: 'numeric', month: 'short', day: bucket === 'month' ? undefined : 'numeric' })
  const counted = new Map(items.map((item) => [item.at.slice(0, 10), item.count]))
  const all = Array.from({ length: COUNTS[bucket] }, (_, n) => startOf(bucket, today, COUNTS[bucket] - 1 - n))
  return all.slice(0, -1).map((start, n) => {
    const end = Date.parse(all[n + 1] as string) - DAY_MS // the bucket's last day, as it was at its end
    return { at: dayOf(end), count: counted.get(start) ?? 0, label: written.format(end) }
  })
}

/** today: a moment; its day is the reader's. */
function startOf(bucket: Bucket, today: number, back: number): string {
  const day = new Date(dayAt(new Date(today)))
  if (bucket === 'day') return dayOf(day.getTime() - back * DAY_MS)
  if (bucket === 'week') return dayOf(day.getTime() - ((day.getUTCDay() + 6) % 7) * DAY_MS - back * 7 * DAY_MS)
  return dayOf(Date.UTC(day.getUTCFullYear(), day.getUTCMonth() - back, 1))
}

/** A word where a month, or with long buckets a year, begins. */
function axisOf(stops: Stop[], bucket: Bucket) {
  const part = bucket === 'day' ? 7 : 4
  const written = bucket === 'day' ? format({ month: 'short' }) : format({ year: 'numeric' })
  const marks = stops
    .map((stop, n) => ({ n, key: stop.at.slice(0, part), at: stop.at }))
    .filter((mark, n, all) => n > 0 && mark.key !== all[n - 1]?.key)
  return marks.map((mark) => ({ at: mark.n / (stops.length + 1), label: written.format(new Date(mark.at)) }))
}

interface Props {
  object: ObjectDescription
  prefetch?(at: string): void
  /** Another moment next to the one that is looked at: there are two hands then. `now`, or as in the address. */
  later?: string
  onHands?(at: string | undefined, later: string | undefined): void
  children?: ReactNode
}

/** The time strip of a list or board: what changed by day, week or month. */
export function ListStrip({ object, prefetch, later, onHands, children }: Props) {
  const { t } = useTranslation()
  const [bucket, setBucket] = useState<Bucket>('day')
  const from = dayOf(Date.parse(dayAt(new Date())) - COUNTS[bucket] * DAYS[bucket] * DAY_MS)
  const { data } = useDensity(object, bucket, from, '')
  const stops = useMemo(() => stopsOf(data?.items ?? [], bucket), [data, bucket])
  const axis = useMemo(() => axisOf(stops, bucket), [stops, bucket])
  const words: Record<Bucket, string> = { day: t('time.days'), week: t('time.weeks'), month: t('time.months') }
  const scale = (
    <Segments<Bucket>
      label={t('time.scale')}
      value={bucket}
      onChange={setBucket}
      options={(Object.keys(COUNTS) as Bucket[]).map((value) => ({ value, label: words[value] }))}
    />
  )
  if (later === undefined || onHands === undefined)
    return (
      <Strip stops={stops} axis={axis} prefetch={prefetch}>
        {scale}
        {children}
      </Strip>
    )
  return (
    <Hands stops={stops} later={later} onHands={onHands}>
      {scale}
      {children}
    </Hands>
  )
}

const PAUSE_MS = 120 // one question per pause while a hand moves

/** The same track with two hands: the moment that is looked at, and the later one that it is compared with. */
function Hands({ stops, later, onHands, children }: { stops: Stop[] } & Required<Pick<Props, 'later' | 'onHands' | 'children'>>) {
  const { t } = useTranslation()
  const { at } = useMoment()
  const [moving, setMoving] = useState<[number, number] | undefined>()
  const last = stops.length
  const to = later === 'now' ? last : placeOf(stops, later)
  const [from, until] = moving ?? [Math.min(placeOf(stops, at), to), to]
  const say = useRef(onHands)
  say.current = onHands
  useEffect(() => {
    if (!moving) return
    const timer = setTimeout(() => {
      say.current(stops[moving[0]]?.at, stops[moving[0]] && (stops[moving[1]]?.at ?? 'now'))
      setMoving(undefined)
    }, PAUSE_MS)
    return () => clearTimeout(timer)
  }, [moving, stops])
  return (
    <section className={s.strip} aria-label={t('time.strip')} data-past>
      <div className={s.field} data-hands>
        <Span stops={stops} from={from} to={until} onChange={(...next) => setMoving(next)} />
      </div>
      {children}
    </section>
  )
}
