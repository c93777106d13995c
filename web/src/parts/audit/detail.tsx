import { IconArrowBackUp, IconDownload } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { download } from '../../data/files'
import type { Names } from '../../data/records'
import type { Undo } from '../../data/undo'
import { useObject } from '../../meta/use-types'
import { Button } from '../../ui/button'
import { moment } from '../../ui/format'
import { useTranslation } from '../../words'
import { Waiting } from '../offline/waiting'
import Access from './access'
import { type Head, type OneEvent, useEvent, useWording } from './answers'
import s from './audit.module.css'
import { Causes } from './causes'
import { Changes } from './changes'
import { ReadDetail } from './read'
import { Since } from './since'
import { useTakenBack } from './taken-back'
import { Whole } from './whole'

/** One event: who, when, why, what it changed, what hangs together with it, and what takes it back. */
export function Detail({ id, onOpen }: { id: string; onOpen(event: string): void }) {
  const { t } = useTranslation()
  const one = useEvent(id)
  const { data } = one
  if (!data) return <Waiting on={one} rows={8} />
  const { event } = data
  return (
    <div className={s.detail}>
      <Facts one={data} />
      {event.read && <ReadDetail read={event.read} />}
      <Acts one={data} />
      {event.record && event.readable && <Changed one={data} />}
      {!event.readable && !event.read && <p className={s.soft}>{t('audit.unreadable')}</p>}
      <h3>{t('audit.causes')}</h3>
      <Causes event={id} onOpen={onOpen} />
      <Whole act={event.correlation_id} />
      {event.record && event.readable && (
        <>
          <Since event={event} />
          <h3>{t('audit.access')}</h3>
          <Access record={event.stream} at={event.recorded_at} />
        </>
      )}
    </div>
  )
}

function Facts({ one: { event, names } }: { one: OneEvent }) {
  const { t } = useTranslation()
  const { who, kind } = useWording()
  return (
    <dl className={s.facts}>
      <dt>{t('audit.who')}</dt>
      <dd>{who(event, names)}</dd>
      <dt>{t('audit.when')}</dt>
      <dd>{moment(event.recorded_at)}</dd>
      <dt>{kind(event)}</dt>
      <dd>
        <RecordLink event={event} names={names} />
      </dd>
      {event.reason && (
        <>
          <dt>{t('audit.reason')}</dt>
          <dd>{event.reason}</dd>
        </>
      )}
      <dt>{t('audit.type')}</dt>
      <dd>
        <code>{event.type}</code>
      </dd>
    </dl>
  )
}

function RecordLink({ event, names }: { event: Head; names: Names }) {
  const object = useObject(event.record?.type ?? '')
  const { title, kind } = useWording()
  const text = title(event.record, names) ?? kind(event)
  if (!object?.commands.length || !event.record || !event.readable) return <>{text}</>
  return (
    <Link to="/o/$type/$id" params={{ type: object.name, id: event.record.id }}>
      {text}
    </Link>
  )
}

function Acts({ one }: { one: OneEvent }) {
  const { t } = useTranslation()
  const undo = useTakenBack()
  const id = one.event.event_id
  return (
    <p className={s.acts}>
      {one.undo && (
        <Button small icon={<IconArrowBackUp size={15} stroke={1.6} />} onClick={() => void undo(one.undo as Undo)}>
          {one.undo.label}
        </Button>
      )}
      <Button
        small
        look="quiet"
        icon={<IconDownload size={15} stroke={1.6} />}
        onClick={() => void download(`/audit/events/${id}/proof`, `proof-${id}.json`)}
      >
        {t('audit.proof')}
      </Button>
    </p>
  )
}

function Changed({ one }: { one: OneEvent }) {
  const object = useObject(one.event.record?.type ?? '')
  const { t } = useTranslation()
  if (!object || Object.keys(one.changes).length === 0) return null
  return <Changes object={object} one={one} title={t('audit.changes')} />
}
