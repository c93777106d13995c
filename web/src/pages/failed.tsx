import { IconCloudOff, IconMoodSad } from '@tabler/icons-react'
import { useRouter } from '@tanstack/react-router'
import { isProblem } from '../api/problem'
import { Button } from '../ui/button'
import { Empty } from '../ui/empty'
import { useTranslation } from '../words'
import { NotFound } from './not-found'

/** A page that cannot be shown: what happened in words, and a way on. Unknown errors keep their text for the support. */
export function Failed({ error }: { error: unknown }) {
  const { t } = useTranslation()
  const router = useRouter()
  if (isProblem(error, 'not-found')) return <NotFound />
  const away = isProblem(error, 'offline')
  const Icon = away ? IconCloudOff : IconMoodSad
  return (
    <Empty
      icon={<Icon size={32} stroke={1.4} />}
      title={t(away ? 'common.offline' : 'common.failed')}
      text={away ? t('common.offlineText') : (error instanceof Error && error.message) || t('common.failedText')}
      action={
        <Button look="primary" onClick={() => void router.invalidate()}>
          {t('common.retry')}
        </Button>
      }
    />
  )
}
