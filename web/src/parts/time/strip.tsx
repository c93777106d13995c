import { IconPlayerPause, IconPlayerPlay, IconX } from '@tabler/icons-react'
import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { type Action, useActions } from '../../app/actions'
import { useMoment, useTravel } from '../../data/moment'
import { boundsOf } from '../../ui/format'
import { IconButton } from '../../ui/icon-button'
import { useTranslation } from '../../words'
import { Bars } from './bars'
import { whenOf } from './pill'
import s from './strip.module.css'

/** One place of the hand: the moment, how much changed there, and what it is called. */
export interface Stop {
  at: string
  count: number
  label: string
}
interface Props {
  /** In order; behind the last one is now. */
  stops: Stop[]
  /** Words below the bars, from 0 (left) to 1. */
  axis?: { at: number; label: string }[]
  /** Read ahead while it plays. */
  prefetch?(at: string): void
  /** Next to the way back to now: compare, another day. */
  children?: ReactNode
}

const PACE_MS = 120 // one question per pace while the hand moves
const STEPS_PER_SECOND = 6
const AHEAD = 4

/** The last stop that is not after a moment; the number of stops for now. */
export function placeOf(stops: Stop[], at: string | undefined): number {
  if (at === undefined) return stops.length
  const [, end] = boundsOf(at)
  return Math.max(
    0,
    stops.findLastIndex((stop) => boundsOf(stop.at)[0] <= end),
  )
}

/** Bars of what changed, and a hand that goes through them: amber, as everything of the past. */
export function Strip({ stops, axis = [], prefetch, children }: Props) {
  const { t } = useTranslation()
  const { at, known } = useMoment()
  const travel = useTravel()
  const [hand, setHand] = useState(() => placeOf(stops, at))
  const [playing, setPlaying] = useState(false)
  const [moving, setMoving] = useState(false)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const wanted = useRef(hand)
  const last = stops.length
  const shown = moving || playing ? hand : placeOf(stops, at)
  const past = shown < last || known !== undefined

  const go = useCallback(
    (to: number) => {
      const next = Math.max(0, Math.min(last, to))
      wanted.current = next
      setHand(next)
      const leave = () => {
        const there = wanted.current
        travel({ at: stops[there]?.at, known }) // behind the last stop there is no day; what was known then stays
        timer.current = setTimeout(() => {
          timer.current = undefined
          if (wanted.current !== there) leave()
        }, PACE_MS)
      }
      if (timer.current === undefined) leave()
    },
    [last, stops, travel, known],
  )
  /** Back to now, whatever was known when. */
  const home = useCallback(() => {
    clearTimeout(timer.current)
    timer.current = undefined
    wanted.current = last
    setPlaying(false)
    setMoving(false)
    setHand(last)
    travel()
  }, [last, travel])
  useEffect(() => {
    if (!playing) return
    if (hand >= last) return setPlaying(false)
    for (let n = 1; n <= AHEAD; n += 1) {
      const next = stops[hand + n]
      if (next) prefetch?.(next.at)
    }
    const next = setTimeout(() => go(hand + 1), 1000 / STEPS_PER_SECOND)
    return () => clearTimeout(next)
  }, [playing, hand, last, stops, go, prefetch])
  useStepKeys(shown, go, past ? home : undefined, stops)

  const before = at !== undefined && stops[0] !== undefined && boundsOf(at)[1] < boundsOf(stops[0].at)[0] && !moving && !playing
  const label = before ? whenOf(at) : (stops[shown]?.label ?? t('time.now'))
  const play = () => {
    if (!playing && shown >= last) go(0)
    else setHand(shown)
    setPlaying(!playing)
  }
  return (
    <section className={s.strip} aria-label={t('time.strip')} data-past={past || undefined}>
      <IconButton label={playing ? t('time.pause') : t('time.play')} onClick={play} disabled={last === 0}>
        {playing ? <IconPlayerPause size={16} stroke={1.6} /> : <IconPlayerPlay size={16} stroke={1.6} />}
      </IconButton>
      <div className={s.field}>
        <Bars stops={stops} place={s.bars} width={`${80 / last}%`} faint={(n) => n > shown} />
        <input
          type="range"
          min={0}
          max={last}
          value={shown}
          aria-label={t('time.slider')}
          aria-valuetext={label}
          onChange={(event) => [setMoving(true), setPlaying(false), go(Number(event.currentTarget.value))]}
          onPointerUp={() => setTimeout(() => setMoving(false), 2 * PACE_MS)}
          onBlur={() => setMoving(false)}
        />
        <div className={s.axis} aria-hidden>
          {axis.map((mark) => (
            <span key={mark.at} style={{ left: `${mark.at * 100}%` }}>
              {mark.label}
            </span>
          ))}
        </div>
      </div>
      {shown < last && <output className={s.when}>{label}</output>}
      {children}
      {past && (
        <button type="button" className={s.now} onClick={home}>
          <IconX size={14} aria-hidden />
          {t('time.now')}
        </button>
      )}
    </section>
  )
}

const typing = () =>
  /^(input|textarea|select)$/i.test(document.activeElement?.tagName ?? '') && (document.activeElement as HTMLInputElement).type !== 'range'

/** `[` and `]` go to the change before and after; Esc goes back to now. */
function useStepKeys(shown: number, go: (to: number) => void, home: (() => void) | undefined, stops: Stop[]): void {
  const { t } = useTranslation()
  const actions = useMemo((): Action[] => {
    const step = (by: 1 | -1) => () => {
      let to = shown + by
      while (to > 0 && to < stops.length && stops[to]?.count === 0) to += by
      go(to)
    }
    return [
      { id: 'time-before', section: 'page', title: t('time.key.before'), keys: '[', hidden: true, run: step(-1) },
      { id: 'time-after', section: 'page', title: t('time.key.after'), keys: ']', hidden: true, run: step(1) },
    ]
  }, [t, shown, go, stops])
  useActions(actions)
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (typing() || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return
      if (event.key === 'Escape') home?.()
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [home])
}
