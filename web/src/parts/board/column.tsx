import { useDroppable } from '@dnd-kit/core'
import type { ReactNode } from 'react'
import type { Sums } from '../../data/boards'
import { compactNumber, money } from '../../ui/format'
import s from './board.module.css'
import type { Column as Data } from './columns'

const MOST = 2
const written = ({ currency, sum }: Sums, compact: boolean) => (currency ? money(sum, currency, compact) : compactNumber(sum))
/** The largest ones first; beyond two, the rest stands in the tip. */
export const totalOf = (sums: Sums[] = []): string =>
  sums
    .toSorted((one, other) => Number(other.sum) - Number(one.sum))
    .slice(0, MOST)
    .map((sum) => written(sum, true))
    .join(' · ')

interface Props {
  column: Data
  /** The field whose sum stands in the head, and the words of the tip for all of them. */
  sum?: string
  labels: Record<string, string>
  /** Why nothing can be dropped here now. */
  refused?: string
  later?: { label: string; column?: Data }
  fixed: boolean
  children: ReactNode
}

/** Dot, name, number of records and what they add up to; a column that takes no card says why. */
export function Column({ column, sum, labels, refused, later, fixed, children }: Props) {
  const { setNodeRef, isOver } = useDroppable({ id: column.key, disabled: fixed || refused !== undefined })
  const tip = Object.entries(column.sums)
    .map(([name, sums]) => `${labels[name] ?? name}: ${sums.map((one) => written(one, false)).join(', ')}`)
    .join('\n')
  return (
    <section
      ref={setNodeRef}
      className={s.column}
      aria-label={column.title}
      data-lane={column.key}
      data-over={isOver || undefined}
      data-refused={refused !== undefined || undefined}
    >
      <h2 title={tip || undefined}>
        <i data-ramp={column.ramp} aria-hidden />
        {column.title}
        <span>{column.count}</span>
        {sum && <b className="num">{totalOf(column.sums[sum])}</b>}
      </h2>
      {later?.column && (
        <p className={s.difference}>
          {later.label} {later.column.count}
          {sum && totalOf(later.column.sums[sum]) && ` · ${totalOf(later.column.sums[sum])}`}
        </p>
      )}
      {refused !== undefined && <p className={s.reason}>{refused}</p>}
      <ul>{children}</ul>
    </section>
  )
}

interface RailProps {
  id: string
  title: string
  count?: number
  tone: 'good' | 'bad'
  lifted: boolean
}

/** A way off the path: collapsed, and a place to drop a card. */
export function Rail({ id, title, count, tone, lifted }: RailProps) {
  const { setNodeRef, isOver } = useDroppable({ id })
  return (
    <section
      ref={setNodeRef}
      className={s.rail}
      aria-label={title}
      data-tone={tone}
      data-over={isOver || undefined}
      data-lifted={lifted || undefined}
    >
      <h2>
        {title}
        {count !== undefined && <span>{count}</span>}
      </h2>
    </section>
  )
}
