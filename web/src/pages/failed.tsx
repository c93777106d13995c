import { IconCloudOff, IconMoodSad } from '@tabler/icons-react'
import { useRouter } from '@tanstack/react-router'
import { isProblem } from '../api/problem'
import { isAway } from '../data/offline/connection'
import { Button } from '../ui/button'
import { Empty } from '../ui/empty'
import { useTranslation } from '../words'
import { NotFound } from './not-found'

/** A page that cannot be shown: what happened in words, and a way on. Unknown errors keep their text for the support. */
export function Failed({ error }: { error: unknown }) {
  const { t } = useTranslation()
  const router = useRouter()
  if (isProblem(error, 'not-found')) return <NotFound />
  const away = isProblem(error, 'offline') || (isPart(error) && isAway())
  if (isPart(error) && !away) return <Renewed />
  const Icon = away ? IconCloudOff : IconMoodSad
  return (
    <Empty
      icon={<Icon size={32} stroke={1.4} />}
      title={t(away ? 'offline.notHere' : 'common.failed')}
      text={away ? t('offline.notHereText') : (error instanceof Error && error.message) || t('common.failedText')}
      action={
        <Button look="primary" onClick={() => void router.invalidate()}>
          {t('common.retry')}
        </Button>
      }
    />
  )
}

/** A part of the client that could not be fetched: there is no network, or a newer version has taken its place. */
const isPart = (error: unknown): boolean => error instanceof TypeError && /dynamically imported|module script|preload/i.test(error.message)

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
