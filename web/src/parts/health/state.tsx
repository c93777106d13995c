import { IconAlertTriangle, IconCheck, IconClock } from '@tabler/icons-react'
import { number } from '../../ui/format'
import { Bone } from '../../ui/skeleton'
import { useTranslation } from '../../words'
import { type Ready, useReady } from './answers'
import s from './health.module.css'

const LOOKS = {
  ready: { icon: IconCheck, tone: 'good' },
  behind: { icon: IconClock, tone: 'past' },
  unavailable: { icon: IconAlertTriangle, tone: 'bad' },
} as const

/** One line that says whether all is well, and what stands behind it. */
export function State() {
  const { t } = useTranslation()
  const { data, isError } = useReady()
  if (!data && !isError) return <Bone wide />
  const status = data?.status ?? 'unavailable'
  const { icon: Icon, tone } = LOOKS[status]
  return (
    <div className={s.state} data-tone={tone} role="status">
      <Icon size={22} stroke={1.8} aria-hidden />
      <div>
        <b>{t(`health.status.${status}`)}</b>
        <p>{t(`health.statusText.${status}`, { lag: number(data?.lag ?? 0) })}</p>
      </div>
      {data && <Outside ready={data} />}
    </div>
  )
}

/** What the suite needs outside of itself, where it is used. */
function Outside({ ready }: { ready: Ready }) {
  const { t } = useTranslation()
  const used = (['kafka', 'scanner'] as const).filter((name) => ready[name] !== 'unused')
  if (used.length === 0) return null
  return (
    <ul>
      {used.map((name) => (
        <li key={name} data-bad={ready[name] === 'away' || undefined}>
          {t(`health.outside.${name}`)}: {t(`health.outside.${ready[name]}`)}
        </li>
      ))}
    </ul>
  )
}
