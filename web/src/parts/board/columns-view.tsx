import { DndContext, type DragEndEvent, DragOverlay, type DragStartEvent } from '@dnd-kit/core'
import { useMemo, useRef, useState } from 'react'
import type { ListQuery } from '../../data/keys'
import type { News } from '../../data/list-news'
import { usePast } from '../../data/moment'
import type { Names } from '../../data/records'
import { columnKey, NONE } from '../../meta/boards'
import { called, type ObjectDescription } from '../../meta/describe'
import { type Doc, fieldValue } from '../../meta/meta'
import type { Show } from '../../meta/show'
import type { StagePaths } from '../../meta/stages'
import { Button } from '../../ui/button'
import { useHandler } from '../../ui/handler'
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
import { toldOf } from './told'
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
  /** The moment that the columns show; undefined: now. */
  at?: string
  stages?: StagePaths
  /** The record in the side panel. */
  open?: string
  onOpen(id: string): void
  /** More cards of a column. */
  onMore(key: string): void
  /** What others did meanwhile, and to bring the board up to date. */
  news: News
  onTake(): void
}
/** What is in the hand, as it was when it was lifted from its column. */
interface Lifted {
  card: Doc
  lane: string
}

/** A board scrolls while a card is held at its very edge, and slowly: columns must not run away under a finger. */
const AT_EDGES = { threshold: { x: 0.08, y: 0.1 }, acceleration: 4 }

/** The columns with their cards; what is lifted can be dropped on a column, or at the end on a way off the path. */
export function Columns({
  name,
  object,
  show,
  query,
  lanes,
  columns,
  later,
  names,
  at,
  stages,
  open,
  onOpen,
  onMore,
  news,
  onTake,
}: Props) {
  const { t } = useTranslation()
  const past = usePast()
  const phone = usePhone()
  const box = useRef<HTMLDivElement>(null)
  const [lifted, setLifted] = useState<Lifted | undefined>()
  const { move, gate } = useMove(object)
  const sensors = useBoardSensors()
  const rails = past ? [] : Object.keys(object.ends ?? {})
  const targets = useMemo((): Lane[] => {
    const titles = object.field('status')?.option_labels
    const ends = past ? [] : Object.keys(object.ends ?? {})
    return [...lanes, ...ends.map((key) => ({ key, title: titles?.[key] ?? key, ramp: 1 }))]
  }, [object, lanes, past])
  const none = t('list.without', { what: object.field(object.boardField ?? '')?.label })
  const labels: Record<string, string> = { [NONE]: none, ...object.field('status')?.option_labels }
  const titleOf = (key: string) => targets.find((lane) => lane.key === key)?.title ?? labels[key] ?? key
  const onMove = useHandler((card: Doc, to: string) => void move(card, to))
  const onShow = useHandler(onOpen)
  const spoken = useSpoken(titleOf, (card) => called(object, card))
  const sum = object.board?.sum.at(-1)
  const sums = Object.fromEntries((object.board?.sum ?? []).map((name) => [name, object.field(name)?.label ?? name]))

  const onDragStart = ({ active }: DragStartEvent) => setLifted(active.data.current as Lifted)
  const onDragEnd = ({ over: target }: DragEndEvent) => {
    setLifted(undefined)
    if (lifted === undefined || !target || target.id === lifted.lane) return
    if (columnKey(fieldValue(lifted.card, object.boardField ?? '')) === target.id)
      onTake() // somebody else has brought it there
    else void move(lifted.card, String(target.id))
  }
  const shown = useStill(columns, lifted !== undefined)
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
        {shown.map((column) => (
          <Column
            key={column.key}
            column={column}
            sum={sum}
            labels={sums}
            fixed={past}
            later={later && { label: later.label, column: later.columns?.find((one) => one.key === column.key) }}
            refused={lifted && lifted.lane !== column.key ? refusalOf(object, lifted.card, column.key, stages) : undefined}
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
                  lane={column.key}
                  told={toldOf(news, card, column.key, { object, names, titleOf })}
                  at={at}
                  fixed={past}
                  lanes={targets}
                  open={card.id === open}
                  onOpen={onShow}
                  onMove={onMove}
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
            <CardFace object={object} card={lifted.card} names={names} show={show} />
          </div>
        )}
      </DragOverlay>
      {gate}
    </DndContext>
  )
}

/** While a card is in the hand all cards stay where they are; counts and sums go on. */
function useStill(columns: Data[], still: boolean): Data[] {
  const before = useRef(columns)
  if (!still) before.current = columns
  if (!still) return columns
  return columns.map((column) => ({ ...column, cards: before.current.find(({ key }) => key === column.key)?.cards ?? [] }))
}
