import { type MouseEvent, memo } from 'react'
import type { Mark } from '../../data/list-news'
import { useGlow } from '../../data/live'
import { namedBy, type ObjectDescription } from '../../meta/describe'
import type { Doc } from '../../meta/meta'
import { type Show, Value } from '../../meta/show'
import { ago, moment } from '../../ui/format'
import { Bone } from '../../ui/skeleton'
import type { Column } from './columns'
import s from './grid.module.css'
import { RowMark } from './row-mark'

interface Props {
  object: ObjectDescription
  columns: readonly Column[]
  show: Show
  record: Doc | undefined
  /** It will not come by itself: no bones then, which say that it is on its way. */
  failed: boolean
  names: Record<string, string>
  /** Its place among all rows, from 0. */
  place: number
  top: number
  mark?: Mark
  active: boolean
  open: boolean
  picked: boolean
  onOpen(id: string, event: MouseEvent): void
  onPick(id: string, range: boolean): void
  pickLabel: string
}

/** The grid is one stop of Tab, however many links its cells hold. */
const outOfTabs = (row: HTMLElement | null) => {
  for (const link of row?.querySelectorAll('a') ?? []) link.tabIndex = -1
}

export const rowId = (place: number): string => `row-${place}`

export const Row = memo(function Row(props: Props) {
  const { object, columns, show, record, failed, names, place, top, mark, active, open, picked, onOpen, onPick, pickLabel } = props
  const style = { transform: `translateY(${top}px)` }
  const glowing = useGlow(record?.id ?? '')
  if (!record) {
    return (
      <div role="row" aria-rowindex={place + 2} className={s.row} style={style}>
        <span role="gridcell" />
        {columns.map(({ field }, n) => (
          <span role="gridcell" key={field.name}>
            {!failed && <Bone seed={place + n * 3} />}
          </span>
        ))}
      </div>
    )
  }
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the grid has the focus and the keys of all rows
    <div
      ref={(row) => outOfTabs(row)} // anew at each change: links may come later
      role="row"
      id={rowId(place)}
      aria-rowindex={place + 2}
      aria-selected={picked}
      tabIndex={-1}
      className={s.row}
      style={style}
      data-active={active || undefined}
      data-open={open || undefined}
      data-picked={picked || undefined}
      data-glow={glowing || undefined}
      data-mark={mark}
      onClick={(event) => onOpen(record.id, event)}
    >
      <span role="gridcell" className={s.pick}>
        <input
          type="checkbox"
          tabIndex={-1}
          checked={picked}
          aria-label={pickLabel}
          onClick={(event) => {
            event.stopPropagation()
            onPick(record.id, event.shiftKey)
          }}
          onChange={() => undefined}
        />
      </span>
      {columns.map(({ field, numeric }, n) => (
        <span role="gridcell" key={field.name} className={n === 0 ? s.name : undefined} data-num={numeric || undefined}>
          {n === 0 && mark && <RowMark mark={mark} />}
          {n === 0 ? (
            <a href={`/o/${object.name}/${record.id}`} tabIndex={-1} onClick={(event) => plain(event) && event.preventDefault()}>
              {show.text(field.name === object.title ? (namedBy(object, record) ?? field) : field, record, names) || '—'}
            </a>
          ) : (
            <Cell show={show} field={field} record={record} names={names} />
          )}
        </span>
      ))}
    </div>
  )
})

const PASSED = ['updated_at', 'created_at']

/** Moments that passed are told by how long ago they were. */
function Cell({ show, field, record, names }: { show: Show; field: Column['field']; record: Doc; names: Record<string, string> }) {
  const at = PASSED.includes(field.name) ? record[field.name] : undefined
  if (typeof at !== 'string') return <Value show={show} field={field} record={record} names={names} />
  return (
    <time dateTime={at} title={moment(at)} className={s.passed}>
      {ago(at)}
    </time>
  )
}

/** A click that asks for no new tab or window: the browser's own keys keep their meaning. */
export const plain = (event: MouseEvent): boolean => !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0
