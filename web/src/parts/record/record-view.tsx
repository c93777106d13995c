import { IconClockOff } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { lazy, type ReactNode, Suspense, useState } from 'react'
import { isProblem } from '../../api/problem'
import { NOW } from '../../data/keys'
import { usePast, useTravel } from '../../data/moment'
import { type One, useRecord, useTimeline } from '../../data/records'
import type { ObjectDescription } from '../../meta/describe'
import { isEmpty } from '../../meta/meta'
import { type Show, useShow, Value } from '../../meta/show'
import { Button } from '../../ui/button'
import { Empty } from '../../ui/empty'
import { usePhone } from '../../ui/media'
import { Segments } from '../../ui/segments'
import { Bones } from '../../ui/skeleton'
import { useTranslation } from '../../words'
import { useWho } from '../audit/who'
import { History } from '../history/history'
import { Failure } from '../offline/failure'
import { Files } from '../related/files'
import { Related } from '../related/related'
import { Tables } from '../related/tables'
import { Pill } from '../time/pill'
import { VersionStrip } from '../time/version-strip'
import { Timeline } from '../timeline/timeline'
import { Actions } from './actions'
import { Facts } from './facts'
import { Head } from './head'
import s from './record.module.css'
import { StagePath } from './stage-path'
import { useRecordKeys } from './use-record-keys'

const Known = lazy(() => import('../privacy/known'))

export type Tab = 'facts' | 'timeline' | 'activities' | 'changes' | 'history' | 'related'
const DESK: Tab[] = ['timeline', 'activities', 'changes', 'history']
const PHONE: Tab[] = ['timeline', 'facts', 'related', 'history']

interface Props {
  object: ObjectDescription
  id: string
  tab?: Tab
  onTab(tab: Tab): void
}

/** The page of any record: made from its description, at the moment that one looks at. */
export function RecordView({ object, id, tab, onTab }: Props) {
  const { t } = useTranslation()
  const past = usePast()
  const [strip, setStrip] = useState(past)
  const asked = useRecord(object, id)
  const { data: one, error, isPlaceholderData } = asked
  const missing = isProblem(error, 'not-found')
  const hidden = missing || isProblem(error, 'forbidden') // what was read before is not theirs to see any more
  return (
    <article className={s.page} data-past={past || undefined} data-waiting={isPlaceholderData || undefined}>
      {(strip || past) && <VersionStrip object={object} id={id} />}
      {missing && past && <NotYet />}
      {error && (hidden || !one) && !(missing && past) && (
        <Failure error={error} onRetry={hidden ? undefined : () => void asked.refetch()} back={<ToList object={object} />} />
      )}
      {!one && !error && <Bones rows={8} label={t('common.loading')} />}
      {one && !hidden && <Whole object={object} one={one} tab={tab} onTab={onTab} pill={<Pill open={strip || past} onOpen={setStrip} />} />}
    </article>
  )
}

/** The way on from a record that is not shown. */
function ToList({ object }: { object: ObjectDescription }) {
  return (
    <Link to="/o/$type" params={{ type: object.name }}>
      {object.plural}
    </Link>
  )
}

function NotYet() {
  const { t } = useTranslation()
  const travel = useTravel()
  return (
    <Empty
      icon={<IconClockOff size={28} stroke={1.4} />}
      title={t('record.notYet')}
      text={t('record.notYetText')}
      action={<Button onClick={() => travel()}>{t('time.backToNow')}</Button>}
    />
  )
}

/** It is put away; where it was merged, the way to the record that it lives on in. */
function Archived({ object, one, show }: { object: ObjectDescription; one: One; show: Show }) {
  const { t } = useTranslation()
  const into = object.field('merged_into')
  if (!into || isEmpty(one.record.merged_into)) return <p className={s.archived}>{t('record.archived')}</p>
  return (
    <p className={s.archived}>
      {t('record.mergedInto')} <Value show={show} field={into} record={one.record} names={one.names} />
    </p>
  )
}

function Whole({
  object,
  one,
  tab,
  onTab,
  pill,
}: {
  object: ObjectDescription
  one: One
  tab?: Tab
  onTab(tab: Tab): void
  pill: ReactNode
}) {
  const { t } = useTranslation()
  const phone = usePhone()
  const show = useShow(object)
  const id = one.record.id
  const { data: timeline } = useTimeline(object, id)
  const tabs = phone ? PHONE : object.activities ? DESK : DESK.filter((one) => one !== 'activities' && one !== 'changes')
  const shown = tab && tabs.includes(tab) ? tab : 'timeline'
  useRecordKeys(object, id, tabs, shown, onTab)
  const who = useWho(object, id)
  const { data: now } = useRecord(object, usePast() ? id : undefined, NOW)
  const facts = <Facts object={object} one={one} show={show} now={now} />
  const related = (
    <aside className={s.related} aria-label={t('record.related')}>
      {object.name === 'subject_request' && (
        <Suspense>
          <Known object={object} id={id} open={one.record.status === 'opened' || one.record.status === 'in_progress'} />
        </Suspense>
      )}
      <Tables object={object} one={one} />
      <Related object={object} one={one} />
      {!object.path.startsWith('/audit/') && <Files object={object} one={one} />}
    </aside>
  )
  return (
    <>
      <Head object={object} one={one} show={show} timeline={timeline}>
        {pill}
        <Actions object={object} one={one} more={who.items} />
      </Head>
      {who.drawer}
      {one.record.archived === true && <Archived object={object} one={one} show={show} />}
      {object.stages && <StagePath object={object} one={one} />}
      <div className={s.zones}>
        {!phone && <div className={s.side}>{facts}</div>}
        <div className={s.middle}>
          <div className={s.tabs}>
            <Segments<Tab>
              label={t('record.timeline')}
              value={shown}
              onChange={onTab}
              options={tabs.map((value) => ({ value, label: !phone && value === 'timeline' ? t('record.all') : t(`record.${value}`) }))}
            />
          </div>
          {(shown === 'timeline' || shown === 'activities' || shown === 'changes') && (
            <Timeline object={object} show={show} kind={shown} one={one} />
          )}
          {shown === 'history' && <History object={object} show={show} one={one} />}
          {phone && shown === 'facts' && facts}
          {phone && shown === 'related' && related}
        </div>
        {!phone && related}
      </div>
    </>
  )
}
