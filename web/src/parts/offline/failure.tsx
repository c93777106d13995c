import type { ReactNode } from 'react'
import { isProblem } from '../../api/problem'
import { Button } from '../../ui/button'
import { Empty } from '../../ui/empty'
import { useTranslation } from '../../words'
import s from './failure-line.module.css'
import { wordsOf } from './words-of'

interface Props {
  error: unknown
  /** Asks once more; left out where there is no way to. */
  onRetry?(): void
  /** Another way on. */
  back?: ReactNode
}

/** What could not be read: it is not there, it is not on this device, or the reason in words; and another try. */
export function Failure({ error, onRetry, back }: Props) {
  const { t } = useTranslation()
  if (isProblem(error, 'not-found')) return <Empty title={t('common.notFound')} text={t('common.notFoundText')} action={back} />
  const away = isProblem(error, 'offline')
  return (
    <div role="alert" className={s.whole}>
      <Empty
        title={t(away ? 'offline.notHere' : isProblem(error, 'forbidden') ? 'common.refused' : 'common.failed')}
        text={away ? t('offline.notHereText') : wordsOf(error)}
        action={
          (onRetry || back) && (
            <>
              {onRetry && <Button onClick={onRetry}>{t('common.retry')}</Button>}
              {back}
            </>
          )
        }
      />
    </div>
  )
}
