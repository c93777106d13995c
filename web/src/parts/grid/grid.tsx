import { useVirtualizer } from '@tanstack/react-virtual'
import { type CSSProperties, type MouseEvent, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { ListQuery } from '../../data/keys'
import type { Mark } from '../../data/list-news'
import type { ObjectDescription } from '../../meta/describe'
import type { Show } from '../../meta/show'
import { usePhone } from '../../ui/media'
import { useDensity } from '../../ui/scheme'
import { useTranslation } from '../../words'
import { RowCard } from './card'
import { type Column, tracksOf, widthOf } from './columns'
import s from './grid.module.css'
import { Head } from './head'
import { layout, type Section, shownRows } from './layout'
import { plain, Row, rowId } from './row'
import { useRows } from './rows'
import { SectionHead } from './section-head'
import { isOn, type Selection, toggled, withAll } from './selection'
import { Unread } from './unread'
import { useGridKeys } from './use-grid-keys'

interface Props {
  object: ObjectDescription
  show: Show
  query: ListQuery
  sections: readonly Section[]
  /** Rows that others have changed so that they would stand elsewhere, or not here at all. */
  marks: ReadonlyMap<string, Mark>
  columns: readonly Column[]
  sort: string
  onSort(sort: string): void
  onWidth(name: string, width: number, done: boolean): void
  selection: Selection
  onSelect(change: (now: Selection) => Selection): void
  picking: boolean
  open?: string
  /** A row was chosen: in the panel, or on its own page. */
  onOpen(id: string, page: boolean): void
  /** The panel closes. */
  onClose(): void
}

const HEIGHTS = { compact: 32, comfortable: 40, spacious: 48 }
const [CARD, HEAD] = [76, 32]
const AHEAD = 40 // rows on each side that are read before they come into sight

/** All rows of a list, of which the browser holds those in sight. */
export function Grid(props: Props) {
  const { object, show, query, sections, columns, selection, onSelect, onOpen, open, picking } = props
  const { t } = useTranslation()
  const phone = usePhone()
  const density = useDensity()
  const height = phone ? CARD : HEIGHTS[density]
  const box = useRef<HTMLDivElement>(null)
  const [closed, setClosed] = useState<ReadonlySet<string>>(() => new Set())
  const lines = useMemo(() => layout(sections, closed), [sections, closed])
  const virtual = useVirtualizer({
    count: shownRows(lines.total, height),
    getScrollElement: () => box.current,
    estimateSize: () => height,
    scrollMargin: phone ? 0 : HEAD,
    overscan: 8,
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: rows have another height, so their places are measured again
  useEffect(() => virtual.measure(), [height])
  const inSight = virtual.getVirtualItems()
  const rows = useRows(object, query, lines, (inSight[0]?.index ?? 0) - AHEAD, (inSight.at(-1)?.index ?? 30) + AHEAD)
  const { active, setActive, onKeyDown } = useGridKeys({
    lines,
    rows,
    virtual,
    onSelect,
    onOpen,
    onClose: open ? props.onClose : undefined,
  })

  const last = useRef<string | null>(null)
  const known = useRef({ rows, lines, inSight })
  known.current = { rows, lines, inSight }
  const pick = useCallback(
    (id: string, range: boolean) => {
      const from = last.current
      last.current = id
      if (!range || from === null) return onSelect((now) => toggled(now, id))
      const { rows: read, lines: all } = known.current
      const ids = idsBetween(from, id, all.total, (place) => read.record(all.at(place))?.id)
      return onSelect((now) => withAll(now, ids))
    },
    [onSelect],
  )
  const choose = useCallback(
    (id: string, event: MouseEvent) => {
      if (!plain(event) || (event.target as HTMLElement).closest('a[href^="tel:"], a[href^="mailto:"]')) return
      const at = known.current.inSight.find((item) => known.current.rows.record(known.current.lines.at(item.index))?.id === id)
      if (at) setActive(at.index)
      onOpen(id, phone)
    },
    [onOpen, phone, setActive],
  )
  const loaded = inSight.flatMap((item) => rows.record(lines.at(item.index))?.id ?? [])
  const style = { '--tracks': tracksOf(columns), '--least': `${widthOf(columns)}px` } as CSSProperties
  return (
    <>
      <div
        ref={box}
        role="grid"
        className={s.box}
        style={phone ? undefined : style}
        tabIndex={0}
        aria-label={object.plural}
        aria-rowcount={lines.total + 1}
        aria-multiselectable
        aria-activedescendant={rows.record(lines.at(active)) ? rowId(active) : undefined}
        data-picking={picking || selection.all || selection.ids.size > 0 || undefined}
        onKeyDown={onKeyDown}
      >
        {!phone && (
          <div role="rowgroup" className={s.headbox}>
            <Head
              columns={columns}
              sort={props.sort}
              onSort={props.onSort}
              onWidth={props.onWidth}
              picked={selection.all || (loaded.length > 0 && loaded.every((id) => selection.ids.has(id)))}
              some={selection.ids.size > 0}
              onPickAll={(on) => onSelect((now) => (on ? withAll(now, loaded) : { ids: new Set(), all: false }))}
            />
          </div>
        )}
        <div role="rowgroup" className={s.track} style={{ height: virtual.getTotalSize() }}>
          {inSight.map((item) => {
            const line = lines.at(item.index)
            const top = item.start - (phone ? 0 : HEAD)
            if (line?.kind === 'head') {
              const { section } = line
              const toggle = () =>
                setClosed((now) =>
                  now.has(section.id) ? new Set([...now].filter((id) => id !== section.id)) : new Set([...now, section.id]),
                )
              return <SectionHead key={item.key} section={section} open={line.open} top={top} onToggle={toggle} />
            }
            const record = rows.record(line)
            const common = {
              object,
              show,
              record,
              failed: record === undefined && rows.failed(line),
              names: rows.names(line),
              place: item.index,
              top,
              onOpen: choose,
              onPick: pick,
              mark: record && props.marks.get(record.id),
            }
            const picked = record !== undefined && isOn(selection, record.id)
            if (phone) return <RowCard key={item.key} {...common} picking={picking} picked={picked} />
            return (
              <Row
                key={item.key}
                {...common}
                columns={columns}
                active={item.index === active}
                open={record !== undefined && record.id === open}
                picked={picked}
                pickLabel={t('list.pick')}
              />
            )
          })}
        </div>
      </div>
      {rows.error !== undefined && <Unread error={rows.error} onRetry={rows.retry} />}
    </>
  )
}

/** The ids of the rows between two of them, both included: those that are read. */
function idsBetween(from: string, to: string, total: number, idAt: (place: number) => string | undefined): string[] {
  const found: string[] = []
  let within = false
  for (let place = 0; place < Math.min(total, 200_000); place += 1) {
    const id = idAt(place)
    const edge = id === from || id === to
    if ((within || edge) && id) found.push(id)
    if (edge && within) return found
    if (edge && from !== to) within = true
    if (edge && from === to) return found
  }
  return found
}
