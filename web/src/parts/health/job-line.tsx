import { number } from '../../ui/format'
import { useTranslation } from '../../words'
import { useViewNames } from './answers'
import s from './health.module.css'
import { isRunning, type Job, useJob, type Verified } from './job'

/** How far the job is, or what came of it. */
export function JobLine() {
  const job = useJob()
  const nameOf = useViewNames()
  const { t } = useTranslation()
  if (!job) return null
  if (isRunning(job))
    return (
      <div className={s.job} role="status">
        <progress aria-label={t(`health.jobs.${job.kind}`)} />
        <p>
          {t(`health.jobs.${job.kind}`)}
          {job.doing && <span className="num"> · {t('health.doing', { view: nameOf(job.doing), done: number(job.done ?? 0) })}</span>}
        </p>
        <p className={s.soft}>{t('health.stay')}</p>
      </div>
    )
  return (
    <p className={s.job} role="status" data-bad={job.problem !== undefined || undefined}>
      {job.problem ?? <Outcome job={job} />}
    </p>
  )
}

function Outcome({ job }: { job: Job }) {
  const { t } = useTranslation()
  const result = job.result ?? {}
  if (job.kind === 'healing')
    return <>{t('health.healed', { healed: number(Number(result.healed)), reactions: number(Number(result.reactions)) })}</>
  if (job.kind === 'verification') return <>{t((result as Verified).ok ? 'health.allWell' : 'health.notWell')}</>
  const views = result.views as { rows: number; events: number }[]
  const events = views.reduce((sum, one) => sum + one.events, 0)
  return <>{t('health.replayed', { views: number(views.length), events: number(events) })}</>
}
