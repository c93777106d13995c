import { IconAlertTriangle, IconClock } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import type { Names } from '../../data/records'
import type { ObjectDescription } from '../../meta/describe'
import type { Doc } from '../../meta/meta'
import { Avatar } from '../../ui/avatar'
import { day } from '../../ui/format'
import { useTranslation } from '../../words'
import chips from '../settings/settings.module.css'
import { approvalsOf, type Board, daysTo, GROUPS, groupOf } from './due'
import s from './requests.module.css'

interface Props {
  object: ObjectDescription
  board: Board
  names: Names
  today: string
}

/** Open requests by the day they are due, those that wait for the reader's approval first. */
export function Requests({ object, board, names, today }: Props) {
  const { t } = useTranslation()
  const group = (title: string, requests: Doc[], tone?: 'bad' | 'accent') =>
    requests.length > 0 && (
      <section key={title} className={s.group} data-tone={tone} aria-label={title}>
        <h3>
          {title} <span>{requests.length}</span>
        </h3>
        <ul>
          {requests.map((one) => (
            <Request key={one.id} object={object} request={one} names={names} today={today} />
          ))}
        </ul>
      </section>
    )
  return (
    <>
      {group(t('privacy.mine'), board.mine, 'accent')}
      {GROUPS.map((name) => group(t(`privacy.groups.${name}`), board.groups[name], name === 'overdue' ? 'bad' : undefined))}
    </>
  )
}

function Request({ object, request, names, today }: { object: ObjectDescription; request: Doc; names: Names; today: string }) {
  const { t } = useTranslation()
  const label = (field: string) => object.field(field)?.option_labels?.[String(request[field])] ?? String(request[field] ?? '')
  const handler = request.handler as string | null
  const { given, of } = approvalsOf(request)
  return (
    <li>
      <Due request={request} today={today} />
      <Link to="/o/$type/$id" params={{ type: object.name, id: request.id }} className={s.name}>
        <b>{names[String(request.person)] || t('privacy.untitled')}</b>
        <span>{label('kind')}</span>
      </Link>
      <span className={s.state}>{request.kind === 'erasure' ? t('privacy.approvals', { given: given.length, of }) : label('status')}</span>
      <span className={s.handler}>
        {handler ? (
          <>
            <Avatar id={handler} name={names[handler] ?? ''} size={20} /> {names[handler]}
          </>
        ) : (
          t('privacy.nobody')
        )}
      </span>
    </li>
  )
}

/** Days left, or over: the day itself is its tip. */
function Due({ request, today }: { request: Doc; today: string }) {
  const { t } = useTranslation()
  const due = String(request.due ?? '')
  const left = daysTo(due, today)
  const group = groupOf(request, today)
  const tone = group === 'overdue' ? 'bad' : group === 'week' ? 'past' : undefined
  const Icon = group === 'overdue' ? IconAlertTriangle : IconClock
  return (
    <span className={`${chips.chip} ${s.due}`} data-tone={tone} title={day(due)}>
      <Icon size={14} stroke={1.8} aria-hidden />
      {left < 0 ? t('privacy.overdue', { count: -left }) : left === 0 ? t('privacy.today') : t('privacy.left', { count: left })}
    </span>
  )
}
