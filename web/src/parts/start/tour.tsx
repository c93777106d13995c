import { useEffect, useRef, useState } from 'react'
import { Button } from '../../ui/button'
import { usePhone } from '../../ui/media'
import { useTranslation } from '../../words'
import s from './tour.module.css'

const STOPS = ['search', 'objects', 'time', 'new'] as const
const GAP = 12
const WIDTH = 300

const targetOf = (stop: string) =>
  [...document.querySelectorAll<HTMLElement>(`[data-tour="${stop}"]`)].find((element) => element.getClientRects().length > 0)

/** Four stops at what is on the screen; those that a screen does not have are passed by. */
export default function Tour({ onEnd }: { onEnd(): void }) {
  const { t } = useTranslation()
  const phone = usePhone()
  const [stops] = useState(() => STOPS.filter(targetOf))
  const [at, setAt] = useState(0)
  const card = useRef<HTMLDivElement>(null)
  const stop = stops[at]
  useEffect(() => {
    if (!stop) onEnd()
    else card.current?.focus()
  }, [stop, onEnd])
  if (!stop) return null
  const box = targetOf(stop)?.getBoundingClientRect()
  const last = at === stops.length - 1
  return (
    <>
      {box && <div className={s.ring} aria-hidden style={{ left: box.left, top: box.top, width: box.width, height: box.height }} />}
      <div
        ref={card}
        className={s.card}
        role="dialog"
        aria-modal="false"
        aria-label={t('start.tourLabel', { at: at + 1, of: stops.length })}
        tabIndex={-1}
        style={phone || !box ? undefined : beside(box)}
        onKeyDown={(event) => event.key === 'Escape' && onEnd()}
      >
        <h2>{t(`start.stops.${stop}Title`)}</h2>
        <p>{t(`start.stops.${stop}Text`)}</p>
        <footer>
          <small>
            {at + 1} / {stops.length}
          </small>
          {!last && (
            <Button small look="quiet" onClick={onEnd}>
              {t('start.tourSkip')}
            </Button>
          )}
          <Button small look="primary" onClick={() => (last ? onEnd() : setAt(at + 1))}>
            {t(last ? 'start.tourEnd' : 'start.tourNext')}
          </Button>
        </footer>
      </div>
    </>
  )
}

/** At the right of its target where there is room, else below it, always on the screen. */
function beside(box: DOMRect) {
  const right = box.right + GAP
  const fits = right + WIDTH < window.innerWidth && box.width < window.innerWidth / 2
  const left = fits ? right : Math.min(Math.max(GAP, box.right - WIDTH), window.innerWidth - WIDTH - GAP)
  return { left, top: Math.min(fits ? box.top : box.bottom + GAP, window.innerHeight - 220) }
}
