import type { Backups } from './answers'

/** none: nothing is archived. failing: it cannot be now. behind: it was too long ago. undrilled: nobody knows whether it would come back. */
export type BackupState = 'none' | 'failing' | 'behind' | 'drillFailed' | 'undrilled' | 'good'
export const LATE = 60 // seconds: as the suite's own answer to /readyz has it
const DRILL_DAYS = 8 // one a week, and a day to do it
const DAY_MS = 86_400_000

export const TONES: Record<BackupState, 'good' | 'past' | 'bad'> = {
  none: 'past',
  failing: 'bad',
  behind: 'bad',
  drillFailed: 'bad',
  undrilled: 'past',
  good: 'good',
}

/** How the backups are: what is worst comes first. */
export function stateOf(found: Backups, now = Date.now()): BackupState {
  if (found.archives && found.problem) return 'failing'
  if (found.archives && (found.lag_seconds === null || found.lag_seconds > LATE)) return 'behind'
  if (found.drill && !found.drill.ok) return 'drillFailed'
  if (!found.archives) return 'none'
  if (!found.drill || now - Date.parse(found.drill.at) > DRILL_DAYS * DAY_MS) return 'undrilled'
  return 'good'
}
