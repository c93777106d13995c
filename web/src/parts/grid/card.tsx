import { IconPhone } from '@tabler/icons-react'
import { type MouseEvent, memo } from 'react'
import type { Mark } from '../../data/list-news'
import { type FieldDescription, namedBy, type ObjectDescription } from '../../meta/describe'
import { isUnnamed } from '../../meta/fields/ref'
import { type Doc, fieldValue, isEmpty } from '../../meta/meta'
import { type Show, Value } from '../../meta/show'
import { day, dayAt, shortDay } from '../../ui/format'
import { Bone } from '../../ui/skeleton'
import { useTranslation } from '../../words'
import s from './card.module.css'
import { plain } from './row'
import { RowMark } from './row-mark'

interface Props {
  object: ObjectDescription
  show: Show
  record: Doc | undefined
  /** It will not come by itself: no bones then, which say that it is on its way. */
  failed: boolean
  names: Record<string, string>
  place: number
  top: number
  mark?: Mark
  picking: boolean
  picked: boolean
  onOpen(id: string, event: MouseEvent): void
  onPick(id: string, range: boolean): void
}

/** What stands where: the name and an amount, below them what tells records apart, and where they are. */
export function places(object: ObjectDescription) {
  const names = [...new Set([...object.layouts.listSmall, ...object.layouts.list])]
  const fields = names.flatMap((name) => object.field(name) ?? []).filter((field) => field.name !== object.title)
  const amount = fields.find((field) => field.show === 'money') ?? fields.find((field) => field.show === 'date' || field.name === 'due')
  const state = fields.find((field) => field.show === 'stage' || field.show === 'choice')
  return { amount, state, rest: fields.filter((field) => field !== amount && field !== state).slice(0, 2) }
}

/** A moment by its day alone, next to a name there is no room for more; with the year where it is not this one. */
function dayIn({ show, name }: FieldDescription, record: Doc): string | undefined {
  const at = fieldValue(record, name)
  if (show !== 'datetime' || typeof at !== 'string' || at === '') return undefined
  const [then, today] = [dayAt(new Date(at)), dayAt(new Date())]
  return then.slice(0, 4) === today.slice(0, 4) ? shortDay(then) : day(then)
}

/** A row on a telephone: two lines, the whole of it opens the record, a call is one tap. */
export const RowCard = memo(function RowCard({
  object,
  show,
  record,
  failed,
  names,
  place,
  top,
  mark,
  picking,
  picked,
  onOpen,
  onPick,
}: Props) {
  const { t } = useTranslation()
  const style = { transform: `translateY(${top}px)` }
  if (!record) {
    return (
      <div role="row" className={s.card} style={style}>
        <span role="gridcell" className={s.bones}>
          {!failed && <Bone seed={place} />}
          {!failed && <Bone seed={place + 5} />}
        </span>
      </div>
    )
  }
  const { amount, state, rest } = places(object)
  const title = namedBy(object, record)
  const phone = object.field('phone') && record.do_not_call !== true ? fieldValue(record, 'phone') : undefined
  const told = rest
    .filter((field) => field !== title && !isUnnamed(field, fieldValue(record, field.name), names))
    .map((field) => show.text(field, record, names))
    .filter(Boolean)
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the link within has the keys
    <div
      role="row"
      aria-rowindex={place + 2}
      aria-selected={picked}
      tabIndex={-1}
      className={s.card}
      style={style}
      data-picked={picked || undefined}
      onClick={(event) => (picking ? onPick(record.id, false) : onOpen(record.id, event))}
    >
      {picking && (
        <span role="gridcell" className={s.pick}>
          <input type="checkbox" checked={picked} readOnly tabIndex={-1} aria-label={t('list.pick')} />
        </span>
      )}
      <span role="gridcell" className={s.main}>
        {mark && <RowMark mark={mark} />}
        <a href={`/o/${object.name}/${record.id}`} onClick={(event) => plain(event) && event.preventDefault()}>
          {(title && show.text(title, record, names)) || '—'}
        </a>
        <small>{told.join(' · ')}</small>
      </span>
      <span role="gridcell" className={s.side}>
        {amount && <b className="num">{dayIn(amount, record) ?? show.text(amount, record, names)}</b>}
        {state && (
          <small>
            <Value show={show} field={state} record={record} names={names} />
          </small>
        )}
      </span>
      {!isEmpty(phone) && (
        <span role="gridcell">
          <a className={s.call} href={`tel:${phone}`} aria-label={t('list.call')} onClick={(event) => event.stopPropagation()}>
            <IconPhone size={20} stroke={1.6} aria-hidden />
          </a>
        </span>
      )}
    </div>
  )
})
