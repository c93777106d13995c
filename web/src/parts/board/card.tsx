import { useDraggable } from '@dnd-kit/core'
import { IconDots } from '@tabler/icons-react'
import { type KeyboardEvent, memo, type ReactNode } from 'react'
import type { Mark } from '../../data/list-news'
import { useGlow } from '../../data/live'
import type { Names } from '../../data/records'
import { columnKey } from '../../meta/boards'
import { called, namedBy, type ObjectDescription } from '../../meta/describe'
import { kind } from '../../meta/fields'
import { type Doc, fieldValue, isEmpty } from '../../meta/meta'
import type { Show } from '../../meta/show'
import { Avatar } from '../../ui/avatar'
import { boundsOf, measured } from '../../ui/format'
import { LightMenu } from '../../ui/menu'
import { useTranslation } from '../../words'
import s from './card.module.css'
import { ageOf, type Lane, staleness } from './columns'
import { moverOf } from './use-move'

export interface CardProps {
  object: ObjectDescription
  card: Doc
  names: Names
  show: Show
  /** Where it stands at the moment that the board is compared with. */
  moved?: string
  /** What somebody else did to it. */
  told?: { mark: Mark; text: string }
  /** The moment that the board shows; undefined: now. */
  at?: string
}
interface Props extends CardProps {
  /** The column that it stands in: not the one of its field, where somebody else moved it. */
  lane: string
  lanes: Lane[]
  fixed: boolean
  /** It stands open in the side panel. */
  open: boolean
  onOpen(id: string): void
  onMove(card: Doc, to: string): void
}

const days = (count: number) => measured(count, 'day', 'long')

/** What stands on a card: name, amount, how long it has been there, whose it is. */
export function CardFace({ object, card, names, show, moved, told, at }: CardProps) {
  const { t } = useTranslation()
  const board = object.board ?? { sum: [], card: [] }
  const age = ageOf(card[board.since ?? ''], at ? boundsOf(at)[1] : Date.now())
  const owner = String(card.owner ?? '')
  const named = namedBy(object, card)
  const shown = board.card
    .flatMap((name) => object.field(name) ?? [])
    .filter((field) => field.name !== 'owner' && field !== named && !isEmpty(fieldValue(card, field.name)))
  const figures = shown.filter((field) => kind(field).numeric)
  const words = shown.filter((field) => !kind(field).numeric)
  return (
    <>
      <span className={s.name}>{called(object, card)}</span>
      {moved !== undefined && <span className={s.moved}>{moved}</span>}
      {told && (
        <span className={s.told} data-mark={told.mark} title={t('board.told.text')}>
          {told.text}
        </span>
      )}
      {words.map((field) => (
        <span key={field.name} className={s.words}>
          {show.text(field, card, names)}
        </span>
      ))}
      <span className={s.foot}>
        {figures.map((field) => (
          <b key={field.name} className="num">
            {show.text(field, card, names)}
          </b>
        ))}
        {age !== undefined && (
          <span className={s.age} data-stale={staleness(age)} title={t('board.age', { days: days(age) })}>
            {days(age)}
          </span>
        )}
        {owner && names[owner] && (
          <span className={s.owner} title={names[owner]}>
            <Avatar id={owner} name={names[owner]} />
            <span className="vh">{names[owner]}</span>
          </span>
        )}
      </span>
    </>
  )
}

/** A card that can be lifted by mouse, finger and keyboard, opened, and moved by its menu. Where one card changes, the others are not rendered. */
export const Card = memo(function Card(props: Props) {
  const { card, lanes, fixed, open, onOpen, onMove, object } = props
  const { t } = useTranslation()
  const glows = useGlow(card.id)
  const { attributes, listeners, setNodeRef, isDragging } = useDraggable({ id: card.id, data: { card, lane: props.lane }, disabled: fixed })
  const here = columnKey(fieldValue(card, object.boardField ?? ''))
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    if (event.key === 'Enter' && !isDragging) {
      event.preventDefault()
      onOpen(card.id)
    } else listeners?.onKeyDown?.(event)
  }
  const targets = lanes.filter((lane) => lane.key !== here && moverOf(object, lane.key)?.allowed)
  let menu: ReactNode = null
  if (!fixed && targets.length > 0) {
    menu = (
      <span className={s.menu}>
        <LightMenu
          label={t('board.moveCard', { name: called(object, card) })}
          icon={<IconDots size={16} stroke={1.6} />}
          items={() =>
            targets.map((lane) => ({
              id: lane.key,
              label: t('record.moveTo', { stage: lane.title }),
              run: () => onMove(card, lane.key),
            }))
          }
        />
      </span>
    )
  }
  return (
    <li
      className={s.item}
      data-id={card.id}
      data-mark={props.told?.mark}
      data-lifted={isDragging || undefined}
      data-glow={glows || undefined}
    >
      <button
        type="button"
        ref={setNodeRef}
        className={s.card}
        aria-current={open || undefined}
        {...attributes}
        {...listeners}
        onKeyDown={onKeyDown}
        onClick={() => onOpen(card.id)}
      >
        <CardFace {...props} />
      </button>
      {menu}
    </li>
  )
})
