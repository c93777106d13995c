import { ago, moment, number, span } from '../../ui/format'
import { useTranslation } from '../../words'
import type { Backups } from './answers'
import s from './backup.module.css'
import { LATE } from './state'

/** Four figures: how far the archive is, the last full backup, and what a loss would cost by the last drill. */
export function Figures({ found }: { found: Backups }) {
  const { t } = useTranslation()
  const { lag_seconds: lag, full, newest } = found
  const drill = [...found.drills, found.drill].findLast((one) => one?.ok) // one that failed has measured nothing
  const figures = [
    {
      name: t('backup.lag'),
      value: lag === null ? t('backup.noneYet') : span(lag),
      text: newest && t('backup.upTo', { count: newest.events, shown: number(newest.events) }),
      bad: found.archives && (lag === null || lag > LATE),
    },
    {
      name: t('backup.full'),
      value: full ? ago(full.made_at) : t('backup.noneYet'),
      text: full && moment(full.made_at),
    },
    { name: t('backup.rpo'), value: drill ? span(drill.rpo_seconds) : t('backup.noneYet'), text: t('backup.rpoText') },
    {
      name: t('backup.rto'),
      value: drill ? span(drill.views_seconds) : t('backup.noneYet'),
      text: drill && t('backup.rtoText', { log: span(drill.log_seconds) }),
    },
  ]
  return (
    <dl className={s.figures}>
      {figures.map(({ name, value, text, bad }) => (
        <div key={name} data-bad={bad || undefined}>
          <dt>{name}</dt>
          <dd>{value}</dd>
          {text && <dd>{text}</dd>}
        </div>
      ))}
    </dl>
  )
}

export const counted = (events: number) => ({ count: events, shown: number(events) })
