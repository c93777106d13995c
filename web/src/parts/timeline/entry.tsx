import { IconCalendarEvent, IconCheckbox, IconMail, IconNote, IconPhone } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { isProblem } from '../../api/problem'
import { useCommand } from '../../data/act'
import { usePast } from '../../data/moment'
import type { Names } from '../../data/records'
import type { ObjectDescription } from '../../meta/describe'
import { applies, type Doc } from '../../meta/meta'
import { Tick } from '../../ui/field'
import { moment } from '../../ui/format'
import { toast } from '../../ui/toast'
import { useTranslation } from '../../words'
import s from './timeline.module.css'

const ICONS = { note: IconNote, call: IconPhone, meeting: IconCalendarEvent, task: IconCheckbox, email: IconMail }
const DONE = 'customer.CompleteActivity'

/** A note, call, task, meeting or e-mail, as a light box. An open one can be ticked off. */
export function Entry({ activity, record, names }: { activity: ObjectDescription; record: Doc; names: Names }) {
  const { t } = useTranslation()
  const past = usePast()
  const { run } = useCommand()
  const Icon = ICONS[record.kind as keyof typeof ICONS] ?? IconNote
  const kind = activity.field('kind')?.option_labels?.[String(record.kind)] ?? String(record.kind)
  const complete = activity.command(DONE)
  const open = record.status === 'open' && record.kind !== 'note'
  const late = open && typeof record.due === 'string' && Date.parse(record.due) < Date.now()
  const finish = () => {
    if (complete === undefined) return
    run({ object: activity, command: complete, id: record.id, base: record, body: {}, patch: { status: 'done' } }).catch((error) => {
      if (!isProblem(error)) throw error
      toast({ kind: 'bad', text: error.message })
    })
  }
  return (
    <article className={s.box} data-open={open || undefined}>
      <h3>
        {open && complete && !past && applies(complete, record) ? (
          <Tick aria-label={t('timeline.done')} checked={false} onChange={finish} />
        ) : (
          <Icon size={15} stroke={1.6} aria-hidden />
        )}
        <span className={s.kind}>{kind}</span>
        <Link to="/o/$type/$id" params={{ type: activity.name, id: record.id }}>
          {String(record.subject ?? '')}
        </Link>
      </h3>
      {Boolean(record.body) && <p className={s.body}>{String(record.body)}</p>}
      {(open || names[String(record.owner)]) && (
        <p className={s.meta}>
          {names[String(record.owner)]}
          {open && typeof record.due === 'string' && (
            <span data-late={late || undefined}>
              {late ? t('timeline.overdue') : t('timeline.due')} {moment(record.due)}
            </span>
          )}
        </p>
      )}
    </article>
  )
}
