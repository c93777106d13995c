import { IconCloudOff, IconRefresh, IconSend } from '@tabler/icons-react'
import { useRouterState } from '@tanstack/react-router'
import { lazy, Suspense, useEffect, useState } from 'react'
import { turnPage, useConnection } from '../../data/offline/connection'
import { useOutbox } from '../../data/offline/outbox'
import { Button } from '../../ui/button'
import { clock, dayAt, moment } from '../../ui/format'
import { useTranslation } from '../../words'
import s from './banner.module.css'
import { useNewer, watchVersion } from './version'

const Outbox = lazy(() => import('./outbox'))
const ICON = { size: 17, stroke: 1.7, 'aria-hidden': true } as const

/** One line over the page: what is shown is of an earlier hour, what waits to be sent, or that there is a new version. */
export function Banner() {
  const { t } = useTranslation()
  const { away, asOf } = useConnection()
  const waiting = useOutbox()
  const newer = useNewer()
  const [open, setOpen] = useState(false)
  const path = useRouterState({ select: (state) => state.location.pathname })
  // biome-ignore lint/correctness/useExhaustiveDependencies: another page shows other answers
  useEffect(turnPage, [path])
  useEffect(() => {
    const left = new AbortController()
    watchVersion(left.signal)
    return () => left.abort()
  }, [])
  const refused = waiting.filter((one) => one.problem).length
  return (
    <div aria-live="polite">
      {away && (
        <p className={s.banner} data-tone="past">
          <IconCloudOff {...ICON} />
          <span>{t('offline.asOf', { time: timeOf(asOf) })}</span>
          {waiting.length > 0 && (
            <Button small look="quiet" onClick={() => setOpen(true)}>
              {t('offline.waiting', { count: waiting.length })}
            </Button>
          )}
        </p>
      )}
      {!away && refused > 0 && (
        <p className={s.banner} data-tone="bad">
          <IconSend {...ICON} />
          <span>{t('offline.refused', { count: refused })}</span>
          <Button small look="quiet" onClick={() => setOpen(true)}>
            {t('offline.show')}
          </Button>
        </p>
      )}
      {!away && newer && (
        <p className={s.banner}>
          <IconRefresh {...ICON} />
          <span>{t('offline.newVersion')}</span>
          <Button small look="quiet" onClick={() => location.reload()}>
            {t('offline.reload')}
          </Button>
        </p>
      )}
      <Suspense>{open && <Outbox onClose={() => setOpen(false)} />}</Suspense>
    </div>
  )
}

/** The hour; with its day, where that is another one. */
function timeOf(at: number): string {
  const then = new Date(at)
  return dayAt(then) === dayAt(new Date()) ? clock(then.toISOString()) : moment(then.toISOString())
}
