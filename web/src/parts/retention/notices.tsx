import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { may, useMe } from '../../app/session'
import { useTypes } from '../../meta/use-types'
import { Button } from '../../ui/button'
import { Dialog } from '../../ui/dialog'
import { day, number } from '../../ui/format'
import { useTranslation } from '../../words'
import { Waiting } from '../offline/waiting'
import s from '../settings/settings.module.css'
import { together, usePages, useSave } from '../settings/use-save'
import { CauseDialog } from './cause-dialog'
import { isKeepable, NOTICES, type Notice, type Run } from './model'
import own from './retention.module.css'

/** The records of a run; until its day each may be kept. */
export function Notices({ run, onClose }: { run: Run; onClose(): void }) {
  const { t } = useTranslation()
  const edits = may(useMe(), 'retention_notice', 'edit')
  const statuses = useTypes().type('retention_notice')?.field('status')?.option_labels ?? {}
  const [keeping, setKeeping] = useState<Notice>()
  const asked = usePages<Notice>('retention_notice', NOTICES, {
    run: run.id,
    sort: 'record',
  })
  const { data, hasNextPage, fetchNextPage, isFetchingNextPage } = asked
  const { items: notices, names } = together(data?.pages ?? [])
  const { save, busy, problem } = useSave('retention_notice')
  const nameOf = (notice: Notice) => names[notice.record] || t('privacy.untitled')
  async function keep(notice: Notice, cause: string) {
    if (await save('POST', `${NOTICES}/${notice.id}/keep`, { cause }, t('retention.keptNow', { name: nameOf(notice) })))
      setKeeping(undefined)
  }
  if (keeping)
    return (
      <CauseDialog
        title={t('retention.keepTitle', { name: nameOf(keeping) })}
        text={t('retention.keepText')}
        send={t('retention.keep')}
        problem={problem}
        busy={busy}
        needed
        onSend={(cause) => void keep(keeping, cause)}
        onClose={() => setKeeping(undefined)}
      />
    )
  return (
    <Dialog open onClose={onClose} title={run.name} actions={<Button onClick={onClose}>{t('common.close')}</Button>}>
      {run.due && <p>{t('retention.runText', { count: number(run.count), due: day(run.due) })}</p>}
      <p role="alert" className={s.problem}>
        {problem}
      </p>
      <Waiting on={asked} rows={5} />
      <ul className={own.list}>
        {notices.map((notice) => (
          <li key={notice.id}>
            <Link to="/o/$type/$id" params={{ type: notice.resource, id: notice.record }}>
              {nameOf(notice)}
            </Link>
            <span className={s.chip} data-tone={notice.status === 'kept' ? 'good' : undefined}>
              {statuses[notice.status] ?? notice.status}
            </span>
            {edits && isKeepable(notice) && (
              <Button small aria-label={t('retention.keepTitle', { name: nameOf(notice) })} onClick={() => setKeeping(notice)}>
                {t('retention.keep')}
              </Button>
            )}
            {edits && notice.status === 'kept' && (
              <Button
                small
                look="quiet"
                disabled={busy}
                onClick={() => void save('POST', `${NOTICES}/${notice.id}/release`, {}, t('settings.saved'))}
              >
                {t('retention.release')}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {notices.length > 0 && (
        <p className={s.soft}>
          {t('retention.shown', { shown: number(notices.length), count: number(Math.max(run.count, notices.length)) })}
        </p>
      )}
      {hasNextPage && (
        <Button busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {t('common.more')}
        </Button>
      )}
    </Dialog>
  )
}
