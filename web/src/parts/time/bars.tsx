import s from './bars.module.css'
import type { Stop } from './strip'

interface Props {
  stops: Stop[]
  /** Where they stand on their track. */
  place: string | undefined
  /** Of one bar; without it as the style has it. */
  width?: string
  /** The bars that the hand, or the hands, leave out. */
  faint(n: number): boolean
}
const TALLEST = 24

/** How much changed at each stop of a track. */
export function Bars({ stops, place, width, faint }: Props) {
  const top = Math.max(1, ...stops.map((stop) => stop.count))
  const tall = (count: number) => (count ? 3 + ((TALLEST - 3) * count) / top : 1)
  return (
    <div className={`${s.bars} ${place}`} aria-hidden>
      {stops.map(({ at, count }, n) => (
        <i key={at} style={{ left: `${(100 * n) / stops.length}%`, width, height: tall(count) }} data-faint={faint(n) || undefined} />
      ))}
    </div>
  )
}
