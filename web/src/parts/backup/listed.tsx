import { moment } from '../../ui/format'
import { useTranslation } from '../../words'
import { Section } from '../health/section'
import type { Backups } from './answers'
import s from './backup.module.css'
import { counted } from './figures'

/** The backups at their place, the newest first. What the suite archives between two of them is not named. */
export function Listed({ listed }: { listed: Backups['listed'] }) {
  const { t } = useTranslation()
  return (
    <Section title={t('backup.listed')} text={t('backup.listedText')}>
      <ul className={s.listed}>
        {listed.map((one) => (
          <li key={`${one.kind} ${one.made_at}`}>
            <b>{t(`backup.kinds.${one.kind}`)}</b>
            <span>{t('backup.events', counted(one.events))}</span>
            <time dateTime={one.made_at}>{moment(one.made_at)}</time>
          </li>
        ))}
      </ul>
    </Section>
  )
}
