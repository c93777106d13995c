import { isProblem } from '../../api/problem'
import { Empty } from '../../ui/empty'
import { useTranslation } from '../../words'

/** What could not be read: it is not there, it is not on this device, or the reason in words. */
export function Failure({ error }: { error: unknown }) {
  const { t } = useTranslation()
  if (isProblem(error, 'not-found')) return <Empty title={t('common.notFound')} text={t('common.notFoundText')} />
  if (isProblem(error, 'offline')) return <Empty title={t('offline.notHere')} text={t('offline.notHereText')} />
  return <Empty title={t('common.failed')} text={(isProblem(error) && error.message) || t('common.failedText')} />
}
