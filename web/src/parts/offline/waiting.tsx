import { Bones } from '../../ui/skeleton'
import { useTranslation } from '../../words'
import { Failure } from './failure'

/** What a query hook of TanStack answers, as much of it as is used here. */
export interface Asked {
  data: unknown
  error: unknown
  refetch(): unknown
}

/**
 * Stands where an answer will stand: bones while it is on its way, the reason and another try where it did not come, nothing
 * once it is there. A page that has an answer keeps it when a later look fails.
 */
export function Waiting({ on, rows }: { on: Asked; rows?: number }) {
  const { t } = useTranslation()
  if (on.data !== undefined) return null
  if (on.error) return <Failure error={on.error} onRetry={() => void on.refetch()} />
  return <Bones rows={rows} label={t('common.loading')} />
}
