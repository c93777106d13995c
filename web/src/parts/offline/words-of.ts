import { isProblem } from '../../api/problem'
import { t } from '../../words'

/** Why something failed, in one sentence. */
export function wordsOf(error: unknown): string {
  if (isProblem(error, 'offline')) return t('common.offlineText')
  return (isProblem(error) && error.message) || t('common.failedText')
}
