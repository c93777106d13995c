import { useState } from 'react'
import { Button } from '../../ui/button'
import { SelectField } from '../../ui/select'
import { useTranslation } from '../../words'
import { useReaders, useViewNames } from './answers'
import s from './health.module.css'
import { isRunning, run, useJob } from './job'
import { Section } from './section'

/** Builds views again from the events, next to those that answer meanwhile. */
export function Replay() {
  const { t } = useTranslation()
  const job = useJob()
  const nameOf = useViewNames()
  const [view, setView] = useState<string | null>(null)
  const views = useReaders().data?.views ?? []
  return (
    <Section title={t('health.replay')} text={t('health.replayText')}>
      <div className={s.row}>
        <SelectField
          aria-label={t('health.view')}
          placeholder={t('health.allViews')}
          value={view}
          clearable
          data={views.map((name) => ({ value: name, label: nameOf(name) }))}
          onChange={setView}
        />
        <Button
          busy={job?.kind === 'replay' && isRunning(job)}
          disabled={isRunning(job)}
          onClick={() => void run('replay', view ? { views: [view] } : {})}
        >
          {t('health.start')}
        </Button>
      </div>
    </Section>
  )
}
