import { Problem } from '../api/problem'
import { t } from '../words'

/** Field → what is wrong with it, of what was sent. A field that was left empty says just that, not how long it has to be. */
export function mistakesOf(failed: unknown, fields: readonly string[], sent: unknown): Record<string, string | undefined> {
  if (!(failed instanceof Problem)) return {}
  const { '': _, ...found } = failed.byField(fields)
  const values = (sent ?? {}) as Record<string, unknown>
  return Object.fromEntries(Object.entries(found).map(([name, text]) => [name, values[name] === '' ? t('common.needed') : text]))
}
