import { useState } from 'react'
import { Button } from '../../ui/button'
import { moment, number } from '../../ui/format'
import { useTranslation } from '../../words'
import type { Asked } from './answers'
import s from './audit.module.css'
import { TakingBack } from './take-back'
import { isUnderWay, type Job, useJobs } from './taking-back'

/** The jobs that take back: each can be left, and come back to. */
export function TakingsBack({ onShow }: { onShow(asked: Asked): void }) {
  const { t } = useTranslation()
  const { data } = useJobs()
  const [open, setOpen] = useState('')
  if (!data?.items.length) return null
  return (
    <details className={s.jobs} open={data.items.some(isUnderWay) || undefined}>
      <summary>{t('audit.takingBack.jobs')}</summary>
      <ul className={s.touched}>
        {data.items.map((one) => (
          <li key={one.id}>
            <Progress job={one} />
            <small>
              {moment(one.started_at)}
              {data.names[one.by] && ` · ${t('audit.takingBack.by', { name: data.names[one.by] })}`}
            </small>
            <Button small look="quiet" onClick={() => setOpen(one.id)}>
              {t('audit.takingBack.follow')}
            </Button>
          </li>
        ))}
      </ul>
      {open && <TakingBack key={open} of={open} onShow={onShow} onClose={() => setOpen('')} />}
    </details>
  )
}

function Progress({ job }: { job: Job }) {
  const { t } = useTranslation()
  const total = number(job.changes)
  const status = t(`audit.takingBack.status.${job.status}`)
  if (!isUnderWay(job)) return <b>{`${status} · ${t('audit.takingBack.result', { undone: number(job.undone), total })}`}</b>
  return (
    <>
      <b>{`${status} · ${t('audit.takingBack.progress', { done: number(job.done), total })}`}</b>
      <progress aria-label={status} value={job.done} max={job.changes || 1} />
    </>
  )
}
