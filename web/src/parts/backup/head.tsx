import { IconAlertTriangle, IconCheck, IconClock } from '@tabler/icons-react'
import { ago, span } from '../../ui/format'
import { useTranslation } from '../../words'
import health from '../health/health.module.css'
import type { Backups } from './answers'
import { stateOf, TONES } from './state'

const ICONS = { good: IconCheck, past: IconClock, bad: IconAlertTriangle }

/** One line that says whether what is lost would come back, and what to do where it would not. */
export function StateOfBackups({ found }: { found: Backups }) {
  const { t } = useTranslation()
  const state = stateOf(found)
  const tone = TONES[state]
  const Icon = state === 'none' ? IconAlertTriangle : ICONS[tone]
  const values = {
    lag: found.lag_seconds === null ? t('backup.never') : span(found.lag_seconds),
    ago: found.drill ? ago(found.drill.at) : '',
  }
  const kind = state === 'undrilled' && !found.drill ? 'neverDrilled' : state
  return (
    <div className={health.state} data-tone={tone} role={tone === 'bad' ? 'alert' : 'status'}>
      <Icon size={22} stroke={1.8} aria-hidden />
      <div>
        <b>{t(`backup.states.${kind}`)}</b>
        <p>{t(`backup.stateTexts.${kind}`, values)}</p>
      </div>
    </div>
  )
}
