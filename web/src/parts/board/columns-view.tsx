import { DndContext, type DragEndEvent, DragOverlay, type DragStartEvent } from '@dnd-kit/core'
import { useRef, useState } from 'react'
import type { ListQuery } from '../../data/keys'
import { usePast } from '../../data/moment'
import type { Names } from '../../data/records'
import type { ObjectDescription } from '../../meta/describe'
import { type Doc, fieldValue } from '../../meta/meta'
import type { Show } from '../../meta/show'
import type { StagePaths } from '../../meta/stages'
import { Button } from '../../ui/button'
import { usePhone } from '../../ui/media'
import { useTranslation } from '../../words'
import s from './board.module.css'
import { Card, CardFace } from './card'
import cards from './card.module.css'
import { Column } from './column'
import type { Column as Data, Lane } from './columns'
import { Ending } from './ending'
import { refusalOf } from './lanes'
import { over, useBoardSensors } from './sensors'
import { useSpoken } from './spoken'
import { useMove } from './use-move'
import { toLane, usePlace } from './use-place'

interface Props {
  /** Of the board: its place is kept under it. */
  name: string
  object: ObjectDescription
  show: Show
  /** What the board asks for. */
  query: ListQuery
  lanes: Lane[]
  columns: Data[]
  /** What the board is compared with: the columns at another moment, what it is called, and where a card stands there. */
  later?: { columns?: Data[]; label: string; movedTo(card: Doc): string | undefined }
  names: Names
  stages?: StagePaths
  onOpen(id: string): void
  /** More cards of a column. */
  onMore(key: string): void
}

/** A board scrolls while a card is held at its very edge, and slowly: columns must not run away under a finger. */
const AT_EDGES = { threshold: { x: 0.08, y: 0.1 }, acceleration: 4 }

/** The columns with their cards; what is lifted can be dropped on a column, or at the end on a way off the path. */
export function Columns({ name, object, show, query, lanes, columns, later, names, stages, onOpen, onMore }: Props) {
  const { t } = useTranslation()
  const past = usePast()
  const phone = usePhone()
  const box = useRef<HTMLDivElement>(null)
  const [lifted, setLifted] = useState<Doc | undefined>()
  const { move, gate } = useMove(object)
  const sensors = useBoardSensors()
  const rails = past ? [] : Object.keys(object.ends ?? {})
  const status = object.field('status')?.option_labels ?? {}
  const titleOf = (key: string) => lanes.find((lane) => lane.key === key)?.title ?? status[key] ?? key
  const spoken = useSpoken(titleOf, (card) => String(fieldValue(card, object.title) ?? ''))
  const sum = object.board?.sum.at(-1)
  const labels = Object.fromEntries((object.board?.sum ?? []).map((name) => [name, object.field(name)?.label ?? name]))

  const onDragStart = ({ active }: DragStartEvent) => setLifted(active.data.current?.card as Doc)
  const onDragEnd = ({ active, over: target }: DragEndEvent) => {
    setLifted(undefined)
    const card = active.data.current?.card as Doc | undefined
    if (card && target && String(card[object.boardField ?? '']) !== target.id) void move(card, String(target.id))
  }
  usePlace(box, name, columns, phone)
  return (
    <DndContext
      sensors={sensors}
      collisionDetection={over}
      accessibility={spoken}
      autoScroll={AT_EDGES}
      onDragStart={onDragStart}
      onDragEnd={onDragEnd}
      onDragCancel={() => setLifted(undefined)}
    >
      {phone && (
        <nav className={s.chips} aria-label={t('record.path')}>
          {columns.map((column) => (
            <button key={column.key} type="button" onClick={() => box.current && toLane(box.current, column.key)}>
              {column.title} <span>{column.count}</span>
            </button>
          ))}
        </nav>
      )}
      <div ref={box} className={s.board} data-lifted={lifted !== undefined || undefined}>
        {columns.map((column) => (
          <Column
            key={column.key}
            column={column}
            sum={sum}
            labels={labels}
            fixed={past}
            later={later && { label: later.label, column: later.columns?.find((one) => one.key === column.key) }}
            refused={lifted && refusalOf(object, lifted, column.key, stages)}
          >
            {column.cards.map((card) => {
              const to = later?.movedTo(card)
              const moved = to === undefined ? undefined : t(to ? 'board.nowIn' : 'board.gone', { when: later?.label, stage: titleOf(to) })
              return (
                <Card
                  key={card.id}
                  object={object}
                  card={card}
                  names={names}
                  show={show}
                  moved={moved}
                  fixed={past}
                  lanes={[...lanes, ...rails.map((key) => ({ key, title: titleOf(key), ramp: 1 }))]}
                  onOpen={onOpen}
                  onMove={(one, target) => void move(one, target)}
                />
              )
            })}
            {column.more && (
              <li>
                <Button small look="quiet" onClick={() => onMore(column.key)}>
                  {t('timeline.more')}
                </Button>
              </li>
            )}
          </Column>
        ))}
        {rails.map((key, n) => (
          <Ending
            key={key}
            object={object}
            query={query}
            id={key}
            title={titleOf(key)}
            tone={n === 0 ? 'good' : 'bad'}
            lifted={lifted !== undefined}
          />
        ))}
      </div>
      <DragOverlay dropAnimation={null}>
        {lifted && (
          <div className={cards.lifted}>
            <CardFace object={object} card={lifted} names={names} show={show} />
          </div>
        )}
      </DragOverlay>
      {gate}
    </DndContext>
  )
}
