import { isProblem } from '../../api/problem'
import { t } from '../../words'

/** Why something failed, in one sentence of the person's language: what is no answer of the suite has none of its own. */
export function wordsOf(error: unknown): string {
  if (isProblem(error, 'offline')) return t('common.offlineText')
  return (isProblem(error) && error.kind !== 'unexpected' && error.message) || t('common.failedText')
}
