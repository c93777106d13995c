import { Button } from '../../ui/button'
import { moment, number } from '../../ui/format'
import { useTranslation } from '../../words'
import { Waiting } from '../offline/waiting'
import { useParked } from './answers'
import s from './health.module.css'
import { isRunning, run, useJob } from './job'
import { Section } from './section'

/** Events that could not be handled, why, and another try. */
export function Parked({ manages }: { manages: boolean }) {
  const { t } = useTranslation()
  const asked = useParked()
  const { data, refetch } = asked
  const job = useJob()
  const count = data?.count ?? 0
  const heal = async () => {
    await run('healing')
    await refetch()
  }
  const action = manages && count > 0 && (
    <Button small busy={job?.kind === 'healing' && isRunning(job)} disabled={isRunning(job)} onClick={() => void heal()}>
      {t('health.heal')}
    </Button>
  )
  return (
    <Section title={t('health.parked')} text={count > 0 ? t('health.parkedText') : undefined} action={action}>
      <Waiting on={asked} rows={2} />
      {data && count === 0 && <p className={s.soft}>{t('health.noneParked')}</p>}
      {data && count > 0 && (
        <ul className={s.parked}>
          {data.items.map((one) => (
            <li key={one.id}>
              <p>
                <b>{one.type}</b> <code>{one.stream}</code>
                <time dateTime={one.recorded_at}>{moment(one.recorded_at)}</time>
              </p>
              {one.error && <p className={s.error}>{one.error}</p>}
            </li>
          ))}
        </ul>
      )}
      {data && count > data.items.length && (
        <p className={s.soft}>{t('health.moreParked', { count: number(count - data.items.length) })}</p>
      )}
    </Section>
  )
}
