import { useState } from 'react'
import { may, useMe } from '../../app/session'
import { useTypes } from '../../meta/use-types'
import { Button } from '../../ui/button'
import { day, number } from '../../ui/format'
import { useTranslation } from '../../words'
import { Failure } from '../offline/failure'
import s from '../settings/settings.module.css'
import { useAll, useSave } from '../settings/use-save'
import { CauseDialog } from './cause-dialog'
import { isOpen, RUNS, type Run } from './model'
import { Notices } from './notices'
import own from './retention.module.css'

const SHOWN = 50

/** What the rules have announced, the newest first. */
export function Runs() {
  const { t } = useTranslation()
  const manages = may(useMe(), 'retention_run', 'manage')
  const statuses = useTypes().type('retention_run')?.field('status')?.option_labels ?? {}
  const [shown, setShown] = useState<Run>()
  const [ending, setEnding] = useState<Run>()
  const { data, error, refetch } = useAll<Run>('retention_run', RUNS, { sort: '-created_at', limit: SHOWN })
  const { save, busy, problem } = useSave('retention_run')
  async function cancel(run: Run, cause: string) {
    if (await save('POST', `${RUNS}/${run.id}/cancel`, { cause }, t('retention.cancelled', { name: run.name }))) setEnding(undefined)
  }
  if (error && !data) return <Failure error={error} onRetry={() => void refetch()} />
  if (!data?.items.length) return null
  return (
    <section className={own.runs} aria-labelledby="announced">
      <h3 id="announced">{t('retention.announced')}</h3>
      <ul className={own.list}>
        {data.items.map((run) => (
          <li key={run.id}>
            <div>
              <b>{run.name}</b>
              <p className={s.soft}>
                {run.status === 'completed'
                  ? t('retention.doneText', { erased: number(run.erased_count), count: number(run.count) })
                  : run.due && t('retention.runText', { count: number(run.count), due: day(run.due) })}
              </p>
            </div>
            <span className={s.chip} data-tone={run.status === 'announced' ? 'past' : undefined}>
              {statuses[run.status] ?? run.status}
            </span>
            <Button small onClick={() => setShown(run)}>
              {t('retention.records')}
            </Button>
            {manages && isOpen(run) && (
              <Button small look="quiet" onClick={() => setEnding(run)}>
                {t('retention.cancel')}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {shown && <Notices run={shown} onClose={() => setShown(undefined)} />}
      {ending && (
        <CauseDialog
          title={t('retention.cancelTitle', { name: ending.name })}
          text={t('retention.cancelText')}
          send={t('retention.cancel')}
          problem={problem}
          busy={busy}
          onSend={(cause) => void cancel(ending, cause)}
          onClose={() => setEnding(undefined)}
        />
      )}
    </section>
  )
}
