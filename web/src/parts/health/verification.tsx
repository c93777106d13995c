import { usePreferences } from '../../app/preferences'
import { Button } from '../../ui/button'
import { moment, number } from '../../ui/format'
import { useTranslation } from '../../words'
import { useViewNames } from './answers'
import s from './health.module.css'
import { isRunning, type LastCheck, run, useJob } from './job'
import { Section } from './section'

/** Proves that what is shown is what the events say; the last result stays. */
export function Verification() {
  const { t } = useTranslation()
  const job = useJob()
  const last = usePreferences().lastCheck as LastCheck | undefined
  const nameOf = useViewNames()
  return (
    <Section
      title={t('health.verification')}
      text={t('health.verificationText')}
      action={
        <Button
          small
          busy={job?.kind === 'verification' && isRunning(job)}
          disabled={isRunning(job)}
          onClick={() => void run('verification')}
        >
          {t('health.verify')}
        </Button>
      }
    >
      {last ? (
        <p data-bad={!last.ok || undefined} className={s.last}>
          {t(last.ok ? 'health.lastGood' : 'health.lastBad', {
            at: moment(last.at),
            events: number(last.events),
            views: number(last.views),
            wrong: last.wrong.map(nameOf).join(', '),
          })}
        </p>
      ) : (
        <p className={s.last}>{t('health.never')}</p>
      )}
    </Section>
  )
}
