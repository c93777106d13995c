import { isProblem } from '../api/problem'
import { t } from '../words'

/** Why somebody is not signed in. Of name and password it never says which was wrong. */
export function refusedBecause(error: unknown): string {
  if (isProblem(error, 'unauthenticated', 'invalid')) return t('session.wrong')
  if (isProblem(error, 'too-many-requests')) return t('session.wait', { count: error.retryAfter ?? 60 })
  if (isProblem(error, 'offline')) return t('common.offlineText')
  return error instanceof Error && error.message ? error.message : t('common.failedText')
}
