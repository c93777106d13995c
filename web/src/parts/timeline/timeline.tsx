import { IconArrowBackUp } from '@tabler/icons-react'
import { usePast } from '../../data/moment'
import { type One, type TimelineItem, useTimeline } from '../../data/records'
import { useUndo } from '../../data/undo'
import type { ObjectDescription } from '../../meta/describe'
import type { Show } from '../../meta/show'
import { useTypes } from '../../meta/use-types'
import { Empty } from '../../ui/empty'
import { ago, moment } from '../../ui/format'
import { useTranslation } from '../../words'
import { foldItems } from '../history/acts'
import { Queued } from '../offline/queued'
import { Waiting } from '../offline/waiting'
import { Composer } from './composer'
import { Entry } from './entry'
import { Sentence } from './sentence'
import s from './timeline.module.css'

/** What the server calls them; '' = all. */
const KINDS = { timeline: '', activities: 'activity', changes: 'change' } as const
export type Kind = keyof typeof KINDS

interface Props {
  object: ObjectDescription
  show: Show
  kind: Kind
  /** The record as the page shows it, and the titles that it knows already. */
  one: One
}

/** What was done about a record and what was changed in it, newest first; on top, a line to write the next thing. */
export function Timeline({ object, show, kind, one }: Props) {
  const id = one.record.id
  const { t } = useTranslation()
  const types = useTypes()
  const past = usePast()
  const activity = types.type('activity')
  const asked = useTimeline(object, id, KINDS[kind])
  const { data } = asked
  return (
    <section className={s.timeline} aria-label={t('record.timeline')}>
      {object.activities && activity?.create?.allowed && !past && <Composer key={id} about={object} id={id} activity={activity} />}
      <Queued id={id} />
      <Waiting on={asked} rows={5} />
      {data && data.items.length === 0 && <Empty title={t('timeline.none')} text={t('timeline.noneText')} />}
      {data && (
        <Items
          object={object}
          show={show}
          items={data.items}
          one={{ ...one, names: { ...one.names, ...data.names } }}
          activity={activity}
        />
      )}
      {asked.hasNextPage && (
        <button type="button" className={s.more} disabled={asked.isFetchingNextPage} onClick={() => void asked.fetchNextPage()}>
          {t('timeline.earlier')}
        </button>
      )}
    </section>
  )
}

function Items({ object, show, items, one, activity }: Omit<Props, 'kind'> & { items: TimelineItem[]; activity?: ObjectDescription }) {
  return (
    <ol className={s.list}>
      {foldItems(items).map((item) => (
        <li key={item.change?.event_id ?? item.record?.id} data-kind={item.change ? 'change' : String(item.record?.kind)}>
          <i aria-hidden />
          <div className={s.what}>
            {item.change ? (
              <Sentence object={object} entry={item.change} show={show} names={one.names} record={one.record} />
            ) : (
              item.record && activity && <Entry activity={activity} record={item.record} names={one.names} />
            )}
          </div>
          <time className={s.when} dateTime={item.at} title={moment(item.at)}>
            {ago(item.at)}
          </time>
          <Back item={item} />
        </li>
      ))}
    </ol>
  )
}

function Back({ item }: { item: TimelineItem }) {
  const { t } = useTranslation()
  const undo = useUndo()
  const past = usePast()
  const handle = item.change?.undo
  if (!handle || past) return null
  return (
    <button type="button" className={s.undo} title={handle.label} onClick={() => void undo(handle)}>
      <IconArrowBackUp size={14} aria-hidden />
      {t('common.undo')}
    </button>
  )
}
