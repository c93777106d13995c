import type { Virtualizer } from '@tanstack/react-virtual'
import { type KeyboardEvent, useCallback, useMemo, useRef, useState } from 'react'
import { type Action, useActions } from '../../app/actions'
import { useTranslation } from '../../words'
import type { Layout } from './layout'
import type { Rows } from './rows'
import { type Selection, toggled } from './selection'

interface Props {
  lines: Layout
  rows: Rows
  virtual: Virtualizer<HTMLDivElement, Element>
  onSelect(change: (now: Selection) => Selection): void
  onOpen(id: string, page: boolean): void
  /** While the panel is open. */
  onClose?(): void
}

/** One row is the active one; keys move it, choose it and open it, wherever on the page the focus is. */
export function useGridKeys({ lines, rows, virtual, onSelect, onOpen, onClose }: Props) {
  const { t } = useTranslation()
  const [active, setActive] = useState(-1)
  const now = useRef({ active, lines, rows, onOpen, onSelect, onClose })
  now.current = { active, lines, rows, onOpen, onSelect, onClose }

  const move = useCallback(
    (to: number) => {
      const { lines: all, active: from } = now.current
      let place = Math.max(0, Math.min(all.total - 1, to))
      if (all.at(place)?.kind === 'head') place += place > from || place === 0 ? 1 : -1
      if (all.at(place)?.kind !== 'row') return
      setActive(place)
      virtual.scrollToIndex(place)
    },
    [virtual],
  )
  const recordId = useCallback(() => now.current.rows.record(now.current.lines.at(now.current.active))?.id, [])
  const open = useCallback(
    (page: boolean) => {
      const id = recordId()
      if (id) now.current.onOpen(id, page)
    },
    [recordId],
  )
  const pick = useCallback(() => {
    const id = recordId()
    if (id) now.current.onSelect((selection) => toggled(selection, id))
  }, [recordId])

  const panel = useCallback(() => {
    if (now.current.onClose) return now.current.onClose()
    if (recordId() === undefined) move(0)
    const first = recordId() ?? now.current.rows.record(now.current.lines.at(0))?.id
    if (first) now.current.onOpen(first, false)
  }, [recordId, move])

  const actions = useMemo(
    (): Action[] => [
      { id: 'row-down', section: 'page', title: t('list.key.down'), keys: 'j', hidden: true, run: () => move(now.current.active + 1) },
      { id: 'row-up', section: 'page', title: t('list.key.up'), keys: 'k', hidden: true, run: () => move(now.current.active - 1) },
      { id: 'row-pick', section: 'page', title: t('list.key.pick'), keys: 'x', hidden: true, run: pick },
      { id: 'row-open', section: 'page', title: t('list.key.open'), keys: 'o', hidden: true, run: () => open(false) },
      { id: 'row-page', section: 'page', title: t('list.key.page'), keys: 'e', hidden: true, run: () => open(true) },
      { id: 'row-panel', section: 'page', title: t('list.key.panel'), keys: 'mod+\\', hidden: true, run: panel },
    ],
    [t, move, pick, open, panel],
  )
  useActions(actions)

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    if (event.target !== event.currentTarget) return
    const page = Math.max(1, virtual.getVirtualItems().length - 16)
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -lines.total, End: lines.total }
    const step = steps[event.key]
    if (step) move(active + step)
    else if (event.key === 'Enter') open(event.ctrlKey || event.metaKey)
    else if (event.key === ' ') pick()
    else return
    event.preventDefault()
  }
  return { active, setActive, onKeyDown }
}
