import { IconArrowBackUp, IconArrowsDiff, IconChevronDown, IconEye, IconX } from '@tabler/icons-react'
import { lazy, Suspense, useState } from 'react'
import { usePast, useTravel } from '../../data/moment'
import { type HistoryEntry, type Names, type One, useHistory } from '../../data/records'
import { useUndo } from '../../data/undo'
import type { ObjectDescription } from '../../meta/describe'
import type { Show } from '../../meta/show'
import { Button } from '../../ui/button'
import { moment } from '../../ui/format'
import { IconButton } from '../../ui/icon-button'
import { Bones } from '../../ui/skeleton'
import { useTranslation, withOffice } from '../../words'
import { MADE, useBetween } from '../audit/between'
import { useInLog } from '../audit/in-log'
import { Waiting } from '../offline/waiting'
import { Sentence } from '../timeline/sentence'
import { actsOf, foldOf } from './acts'
import s from './history.module.css'

const Difference = lazy(() => withOffice(import('../audit/difference')))

interface Props {
  object: ObjectDescription
  show: Show
  /** The record as the page shows it, and the titles that it knows already. */
  one: One
}

/** Every version with both its times, who made it and what it changed; those of one request stand together. */
export function History({ object, show, one }: Props) {
  const { t } = useTranslation()
  const asked = useHistory(object, one.record.id)
  const { data, hasNextPage, fetchNextPage, isFetchingNextPage } = asked
  if (!data) return <Waiting on={asked} rows={8} />
  const entries = data.pages.flatMap((page) => page.items)
  const names = Object.assign({}, one.names, ...data.pages.map((page) => page.names ?? {})) as Names
  return (
    <section className={s.history} aria-label={t('record.history')}>
      <Compare object={object} one={one} />
      <ol>
        {actsOf(entries).map((act) => (
          <Act key={act[0]?.event_id} object={object} act={act} show={show} names={names} one={one} />
        ))}
      </ol>
      {hasNextPage && (
        <Button look="quiet" busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {t('timeline.more')}
        </Button>
      )}
    </section>
  )
}

/** What is different between two moments, above all that happened. */
function Compare({ object, one }: Pick<Props, 'object' | 'one'>) {
  const { t } = useTranslation()
  const [between, setBetween] = useBetween()
  if (!between)
    return (
      <Button small look="quiet" icon={<IconArrowsDiff size={16} stroke={1.6} />} onClick={() => setBetween({ from: MADE })}>
        {t('audit.between.open')}
      </Button>
    )
  return (
    <div className={s.compare}>
      <header>
        <h3>{t('audit.between.title')}</h3>
        <IconButton label={t('common.close')} onClick={() => setBetween()}>
          <IconX size={18} stroke={1.6} />
        </IconButton>
      </header>
      <Suspense fallback={<Bones rows={4} label={t('common.loading')} />}>
        <Difference
          object={object}
          id={one.record.id}
          made={String(one.record.created_at ?? '') || undefined}
          record={one.record}
          between={between}
          onChange={setBetween}
        />
      </Suspense>
    </div>
  )
}

/** What one command did, as one entry; where it did several things, a press shows each of them. */
function Act({ act, ...rest }: Props & { act: HistoryEntry[]; names: Names }) {
  const [open, setOpen] = useState(false)
  const steps = act.length
  return (
    <>
      <Entry {...rest} entry={foldOf(act)} more={steps > 1 ? { steps, open, toggle: () => setOpen(!open) } : undefined} />
      {open && act.map((entry) => <Entry key={entry.event_id} {...rest} entry={entry} joined />)}
    </>
  )
}

interface EntryProps extends Props {
  entry: HistoryEntry
  names: Names
  /** One of several that are shown together above. */
  joined?: boolean
  /** How many it holds, and whether they are shown. */
  more?: { steps: number; open: boolean; toggle(): void }
}

function Entry({ object, entry, show, names, one, joined, more }: EntryProps) {
  const { t } = useTranslation()
  const undo = useUndo()
  const past = usePast()
  const travel = useTravel()
  const [, compare] = useBetween()
  const [log] = useInLog()({ event: entry.event_id })
  const late = Math.abs(Date.parse(entry.recorded_at) - Date.parse(entry.occurred_at)) > 60_000
  return (
    <li data-joined={joined || undefined} title={joined ? t('timeline.cause') : undefined}>
      <span className={s.version} title={t('timeline.version', { version: entry.version })}>
        {entry.version}
      </span>
      <div className={s.what}>
        <Sentence object={object} entry={entry} show={show} names={names} record={one.record} whole />
        <p className={s.times}>
          <time dateTime={entry.occurred_at}>{moment(entry.occurred_at)}</time>
          {late && (
            <span>
              {t('timeline.recorded')} <time dateTime={entry.recorded_at}>{moment(entry.recorded_at)}</time>
            </span>
          )}
          {more && (
            <button type="button" className={s.steps} aria-expanded={more.open} onClick={more.toggle}>
              {t('timeline.steps', { count: more.steps })} <IconChevronDown size={13} aria-hidden />
            </button>
          )}
          {!entry.undo && entry.undo_reason && entry.undo_reason.code !== 'no-change' && <span>{entry.undo_reason.message}</span>}
        </p>
      </div>
      <div className={s.acts}>
        <Button
          look="quiet"
          small
          icon={<IconEye size={15} stroke={1.6} />}
          onClick={() => travel({ at: entry.occurred_at })}
          aria-label={t('timeline.lookAt')}
        />
        <Button
          look="quiet"
          small
          icon={<IconArrowsDiff size={15} stroke={1.6} />}
          onClick={() => compare({ from: entry.occurred_at })}
          aria-label={t('audit.between.since.entry')}
          title={t('audit.between.since.entry')}
        />
        {log && <Button look="quiet" small icon={log.icon} onClick={log.run} aria-label={t('audit.inLog')} title={t('audit.inLog')} />}
        {entry.undo && !past && (
          <Button look="quiet" small icon={<IconArrowBackUp size={15} stroke={1.6} />} onClick={() => void undo(entry.undo as never)}>
            {t('common.undo')}
          </Button>
        )}
      </div>
    </li>
  )
}
