import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { Undo } from '../../data/undo'
import { Button } from '../../ui/button'
import { number } from '../../ui/format'
import { useTranslation } from '../../words'
import { type Asked, type Did, useAct } from './answers'
import s from './audit.module.css'
import { TakeBack } from './take-back'
import { useTakenBack } from './taken-back'
import { Touched } from './touched'

/** All that the act did: of an import or a bulk act what takes all of it back, of a command each record that it changed. */
export function Whole({ act }: { act: string }) {
  const { t } = useTranslation()
  const go = useNavigate()
  const { data: pages, hasNextPage, fetchNextPage, isFetchingNextPage } = useAct(act)
  const data = pages?.pages[0]
  if (!pages || !data) return null
  const show = (search: Asked) => void go({ to: '/settings/{-$page}', params: { page: 'audit' }, search })
  const records = pages.pages.flatMap((page) => page.records)
  const more = hasNextPage ? () => void fetchNextPage() : undefined
  const count = t('audit.count', { count: data.events, shown: number(data.events) })
  return (
    <section className={s.whole} aria-label={t('audit.whole')}>
      <p>
        {data.job ? t('audit.partOf') : t('audit.whole')} <b>{data.job?.title ?? data.job?.id}</b> · {count} ·{' '}
        <Link to="/settings/{-$page}" params={{ page: 'audit' }} search={{ correlation: act }}>
          {t('audit.showAct')}
        </Link>
      </p>
      {data.job ? (
        <OfJob did={data} />
      ) : (
        <>
          <Touched records={records} onMore={more} busy={isFetchingNextPage} />
          <TakeBack asked={{ correlation: act }} offered={hasNextPage || records.some((record) => record.undo)} onShow={show} />
        </>
      )}
    </section>
  )
}

function OfJob({ did }: { did: Did }) {
  const { t } = useTranslation()
  const undo = useTakenBack()
  const [sure, setSure] = useState(false)
  if (!did.undo) return did.undo_reason ? <p className={s.soft}>{did.undo_reason.message}</p> : null
  if (!sure)
    return (
      <Button small onClick={() => setSure(true)}>
        {did.undo.label}…
      </Button>
    )
  return (
    <>
      <p>{t('audit.sure')}</p>
      <Button small look="quiet" onClick={() => setSure(false)}>
        {t('common.cancel')}
      </Button>
      <Button small look="primary" onClick={() => void undo(did.undo as Undo)}>
        {did.undo.label}
      </Button>
    </>
  )
}
