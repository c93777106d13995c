import { Navigate } from '@tanstack/react-router'
import { useTypes } from '../meta/use-types'
import { Empty } from '../ui/empty'
import { useTranslation } from '../words'

/** Where somebody begins: the deals, else the first list that they may read. */
export function Home() {
  const { t } = useTranslation()
  const types = useTypes()
  const first = types.type('opportunity') ?? types.all[0]
  if (!first) return <Empty title={t('common.nothingYet')} text={t('common.nothingYetText')} ghost />
  return <Navigate to="/o/$type" params={{ type: first.name }} replace />
}
