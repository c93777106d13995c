import type { Names } from '../../data/records'
import { Button } from '../../ui/button'
import { Empty } from '../../ui/empty'
import { moment } from '../../ui/format'
import { useTranslation } from '../../words'
import { Waiting } from '../offline/waiting'
import { type Asked, type Head, useLog, useWording } from './answers'
import s from './audit.module.css'
import { ReadLine } from './read'

/** What was found, the newest first; a row opens the event. */
export function Events({ asked, onOpen }: { asked: Asked; onOpen(event: string): void }) {
  const { t } = useTranslation()
  const log = useLog(asked)
  const { data, hasNextPage, fetchNextPage, isFetchingNextPage } = log
  if (!data) return <Waiting on={log} rows={10} />
  const items = data.pages.flatMap((page) => page.items)
  const names: Names = Object.assign({}, ...data.pages.map((page) => page.names))
  return (
    <section aria-label={t('audit.events')}>
      {!data.pages[0]?.complete && <p className={s.soft}>{t('audit.filling')}</p>}
      {items.length === 0 && !hasNextPage && <Empty title={t('audit.none')} text={t('audit.noneText')} />}
      <ol className={s.events}>
        {items.map((one) => (
          <Row key={one.event_id} one={one} names={names} onOpen={() => onOpen(one.event_id)} />
        ))}
      </ol>
      {hasNextPage && (
        <Button look="quiet" busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {t('audit.more')}
        </Button>
      )}
    </section>
  )
}

function Row({ one, names, onOpen }: { one: Head; names: Names; onOpen(): void }) {
  const { t } = useTranslation()
  const { who, what, kind, title } = useWording()
  const named = title(one.record, names)
  return (
    <li>
      <button type="button" onClick={onOpen}>
        <time dateTime={one.recorded_at}>{moment(one.recorded_at)}</time>
        <span className={s.text}>
          <b>{who(one, names)}</b> {what(one)} {named && <span className={s.title}>{named}</span>}
          {one.read && <ReadLine read={one.read} />}
          {one.reason && <i>{t('audit.because', { reason: one.reason })}</i>}
        </span>
        <span className={s.kind}>{kind(one)}</span>
      </button>
    </li>
  )
}
