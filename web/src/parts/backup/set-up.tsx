import { useTranslation } from '../../words'
import { Section } from '../health/section'
import { Secret } from '../settings/secret'
import s from './backup.module.css'

const STEPS = [
  ['key', 'crm backup key /safe/backup.key'],
  ['archive', 'CRM_BACKUP=/mnt/backups CRM_BACKUP_KEY=/safe/backup.key make run'],
  ['drill', 'crm drill --from /mnt/backups --data data --key /safe/backup.key'],
] as const

/** What operators type where nothing is archived yet. */
export function SetUp() {
  const { t } = useTranslation()
  return (
    <Section title={t('backup.setUp')} text={t('backup.setUpText')}>
      <ol className={s.steps}>
        {STEPS.map(([name, command]) => (
          <li key={name}>
            <p>{t(`backup.steps.${name}`)}</p>
            <Secret text={command} label={t(`backup.steps.${name}`)} />
          </li>
        ))}
      </ol>
    </Section>
  )
}
