import { IconArrowDown, IconArrowUp } from '@tabler/icons-react'
import { type KeyboardEvent, type PointerEvent, useRef } from 'react'
import { useTranslation } from '../../words'
import { clicked, sortsOf } from '../views/model'
import { type Column, LEAST, MOST } from './columns'
import s from './grid.module.css'

interface Props {
  columns: readonly Column[]
  sort: string
  onSort(sort: string): void
  /** While dragging it is not `done` yet. */
  onWidth(name: string, width: number, done: boolean): void
  picked: boolean
  some: boolean
  onPickAll(on: boolean): void
}

/** Names of the columns: a click sorts (with Shift by several), the right edge is dragged or moved by arrow keys. */
export function Head({ columns, sort, onSort, onWidth, picked, some, onPickAll }: Props) {
  const { t } = useTranslation()
  const sorts = sortsOf(sort)
  return (
    <div role="row" aria-rowindex={1} className={s.head}>
      <span role="columnheader" className={s.pick}>
        <input
          type="checkbox"
          aria-label={t('list.pickAll')}
          checked={picked}
          ref={(box) => {
            if (box) box.indeterminate = some && !picked
          }}
          onChange={(event) => onPickAll(event.currentTarget.checked)}
        />
      </span>
      {columns.map((column) => {
        const { name, label, sortable } = column.field
        const at = sorts.findIndex(([one]) => one === name)
        const down = sorts[at]?.[1]
        const Arrow = down ? IconArrowDown : IconArrowUp
        return (
          <span
            key={name}
            role="columnheader"
            aria-sort={at < 0 ? undefined : down ? 'descending' : 'ascending'}
            data-num={column.numeric || undefined}
          >
            {sortable ? (
              <button type="button" className={s.sorter} onClick={(event) => onSort(clicked(sort, name, event.shiftKey))}>
                <span>{label}</span>
                {at >= 0 && <Arrow size={14} stroke={1.8} aria-hidden />}
                {at >= 0 && sorts.length > 1 && <small>{at + 1}</small>}
              </button>
            ) : (
              <span className={s.sorter}>
                <span>{label}</span>
              </span>
            )}
            <Edge column={column} onWidth={onWidth} label={t('list.widthOf', { name: label })} />
          </span>
        )
      })}
    </div>
  )
}

const STEP = 16

function Edge({ column, onWidth, label }: { column: Column; onWidth: Props['onWidth']; label: string }) {
  const begin = useRef<{ x: number; width: number } | null>(null)
  const { name } = column.field
  const widthAt = (x: number) => Math.round(Math.max(LEAST, Math.min(MOST, (begin.current?.width ?? 0) + x - (begin.current?.x ?? 0))))
  const down = (event: PointerEvent<HTMLElement>) => {
    event.preventDefault()
    event.currentTarget.setPointerCapture(event.pointerId)
    const shown = event.currentTarget.parentElement?.getBoundingClientRect().width
    begin.current = { x: event.clientX, width: shown ?? column.width }
  }
  const move = (event: PointerEvent) => begin.current && onWidth(name, widthAt(event.clientX), false)
  const up = (event: PointerEvent) => {
    if (begin.current) onWidth(name, widthAt(event.clientX), true)
    begin.current = null
  }
  const key = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -STEP, ArrowRight: STEP }[event.key]
    if (step) onWidth(name, Math.max(LEAST, Math.min(MOST, column.width + step)), true)
  }
  return (
    <span
      role="separator"
      aria-orientation="vertical"
      aria-label={label}
      aria-valuenow={column.width}
      aria-valuemin={LEAST}
      aria-valuemax={MOST}
      tabIndex={0}
      className={s.edge}
      onPointerDown={down}
      onPointerMove={move}
      onPointerUp={up}
      onKeyDown={key}
    />
  )
}
