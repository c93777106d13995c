import type { PointerEvent } from 'react'
import { useTranslation } from '../../words'
import { Bars } from './bars'
import s from './span.module.css'
import type { Stop } from './strip'

interface Props {
  /** In order; behind the last one is now. */
  stops: Stop[]
  /** Places among the stops, stops.length for now: from is never behind to. */
  from: number
  to: number
  onChange(from: number, to: number): void
}

/** Two hands on one track of changes: the earlier moment and the later one. Arrow keys move the hand that has the focus. */
export function Span({ stops, from, to, onChange }: Props) {
  const { t } = useTranslation()
  const last = stops.length
  const labelOf = (place: number) => stops[place]?.label ?? t('time.now')
  const near = ({ currentTarget, target, clientX }: PointerEvent<HTMLDivElement>) => {
    if (target instanceof HTMLInputElement) return
    const { left, width } = currentTarget.getBoundingClientRect()
    const place = Math.max(0, Math.min(last, Math.round((last * (clientX - left)) / width)))
    if (Math.abs(place - from) <= Math.abs(place - to)) onChange(Math.min(place, to), to)
    else onChange(from, Math.max(place, from))
  }
  const hand = (name: 'from' | 'to', place: number, move: (to: number) => void) => (
    <input
      type="range"
      min={0}
      max={last}
      value={place}
      data-hand={name}
      data-above={(name === 'from' && from > last / 2) || undefined}
      aria-label={t(`audit.between.${name}`)}
      aria-valuetext={labelOf(place)}
      onChange={(event) => move(Number(event.currentTarget.value))}
    />
  )
  return (
    <div className={s.span}>
      <div className={s.track} onPointerDown={near}>
        <Bars stops={stops} place={s.bars} faint={(n) => n < from || n > to} />
        {hand('from', from, (place) => onChange(Math.min(place, to), to))}
        {hand('to', to, (place) => onChange(from, Math.max(place, from)))}
      </div>
      <p className={s.ends} aria-hidden>
        <span>{labelOf(from)}</span>
        <span>{labelOf(to)}</span>
      </p>
    </div>
  )
}
