import { IconCloudOff, IconMoodSad } from '@tabler/icons-react'
import { useRouter } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { isProblem } from '../api/problem'
import { onBack, useConnection } from '../data/offline/connection'
import { Button } from '../ui/button'
import { Empty } from '../ui/empty'
import { useTranslation } from '../words'
import { NotFound } from './not-found'

/** A page that cannot be shown: what happened in words, and a way on. Unknown errors keep their text for the support. */
export function Failed({ error }: { error: unknown }) {
  const { t } = useTranslation()
  const router = useRouter()
  const part = isPart(error)
  const { away: unreached } = useConnection()
  const away = isProblem(error, 'offline') || (part && unreached)
  useBack(away, () => (part ? location.reload() : void router.invalidate()))
  if (isProblem(error, 'not-found')) return <NotFound />
  if (part && !away) return <Renewed />
  const Icon = away ? IconCloudOff : IconMoodSad
  return (
    <Empty
      icon={<Icon size={32} stroke={1.4} />}
      title={t(away ? 'offline.notHere' : 'common.failed')}
      text={away ? t('offline.notHereText') : (error instanceof Error && error.message) || t('common.failedText')}
      action={
        !part && ( // what was not fetched stays so until the page is read again
          <Button look="primary" onClick={() => void router.invalidate()}>
            {t('common.retry')}
          </Button>
        )
      }
    />
  )
}

/** Once the suite answers again, where it did not: nobody needs to ask. */
function useBack(away: boolean, act: () => void): void {
  const waits = useRef(false)
  const latest = useRef(act)
  latest.current = act
  if (away) waits.current = true
  useEffect(
    () =>
      onBack(() => {
        if (waits.current) latest.current()
      }),
    [],
  )
}

/** A part of the client that could not be fetched: there is no network, or a newer version has taken its place. */
const isPart = (error: unknown): boolean => error instanceof Error && /dynamically imported|module script|preload/i.test(error.message)

function Renewed() {
  const { t } = useTranslation()
  return (
    <Empty
      title={t('offline.changed')}
      text={t('offline.changedText')}
      action={
        <Button look="primary" onClick={() => location.reload()}>
          {t('offline.reload')}
        </Button>
      }
    />
  )
}
