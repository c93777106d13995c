import { useOutbox } from '../../data/offline/outbox'
import { useTranslation } from '../../words'
import s from './banner.module.css'

/** What was written about a record without a network: it stands over the timeline until it is sent. */
export function Queued({ id }: { id: string }) {
  const { t } = useTranslation()
  const waiting = useOutbox().filter(({ body }) => (body.links as { id: string }[] | undefined)?.some((link) => link.id === id))
  return waiting.map((one) => (
    <div key={one.id} className={s.queued}>
      {String(one.body.subject ?? '')}
      <small data-bad={one.problem !== undefined || undefined}>{one.problem ?? t('offline.willBeSent')}</small>
    </div>
  ))
}
