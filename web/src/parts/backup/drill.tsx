import { IconAlertTriangle, IconCheck } from '@tabler/icons-react'
import { moment, number, span } from '../../ui/format'
import { useTranslation } from '../../words'
import health from '../health/health.module.css'
import { Section } from '../health/section'
import chips from '../settings/settings.module.css'
import type { Backups } from './answers'
import s from './backup.module.css'
import { Counts } from './counts'
import { Drills } from './drills'

/** The report of the last drill, and what those before it measured. */
export function Drill({ found: { drill, drills } }: { found: Backups }) {
  const { t } = useTranslation()
  if (!drill)
    return (
      <Section title={t('backup.drill')} text={t('backup.drillText')}>
        <p className={health.last}>{t('backup.noDrill')}</p>
      </Section>
    )
  return (
    <Section title={t('backup.drill')} text={t('backup.drillText')}>
      <p className={s.verdict}>
        <span className={chips.chip} data-tone={drill.ok ? 'good' : 'bad'}>
          {drill.ok ? <IconCheck size={14} aria-hidden /> : <IconAlertTriangle size={14} aria-hidden />}
          {t(drill.ok ? 'backup.passed' : 'backup.failed')}
        </span>
        <time dateTime={drill.at}>{moment(drill.at)}</time>
      </p>
      {(drill.ok || drill.events > 0) && ( // one that came to no end has measured nothing
        <dl className={health.facts}>
          <dt>{t('backup.restored')}</dt>
          <dd className="num">{number(drill.events)}</dd>
          <dt>{t('backup.rpo')}</dt>
          <dd className="num">{span(drill.rpo_seconds)}</dd>
          <dt>{t('backup.logBack')}</dt>
          <dd className="num">{span(drill.log_seconds)}</dd>
          <dt>{t('backup.viewsBack')}</dt>
          <dd className="num">{span(drill.views_seconds)}</dd>
        </dl>
      )}
      {drill.differences.length > 0 && (
        <>
          <h4 className={s.small}>{t('backup.differences')}</h4>
          <ul className={s.differences}>
            {drill.differences.map((one) => (
              <li key={one}>{one}</li>
            ))}
          </ul>
        </>
      )}
      <Counts counts={drill.counts} />
      {drills.length > 1 && <Drills drills={drills} />}
    </Section>
  )
}
