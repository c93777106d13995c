import { Empty } from '../ui/empty'
import { useTranslation } from '../words'

/** In place of a page that this version does not have. */
export function Soon() {
  const { t } = useTranslation()
  return <Empty title={t('common.soon')} />
}
