import { useEffect, useRef } from 'react'
import type { Icon } from '../ui/icon'
import { store, useStore } from './store'

export const SECTIONS = ['page', 'create', 'go', 'data', 'settings', 'help'] as const
export type Section = (typeof SECTIONS)[number]

/** What people can do, once for all places: palette, keys, menus and the sheet of shortcuts. */
export interface Action {
  id: string
  /** In the language of the page. */
  title: string
  section: Section
  icon?: Icon
  /** `mod+k` (Ctrl or Cmd), a letter, or letters one after the other: `g a`. */
  keys?: string
  /** Further words that find it. */
  words?: string
  /** Stands in the sheet of shortcuts alone. */
  hidden?: boolean
  run(): void
}

const groups = store<ReadonlyMap<symbol, readonly Action[]>>(new Map())
/** Later ones come first: the page's own keys win over those of the shell. */
const flat = (all: ReadonlyMap<symbol, readonly Action[]>) => [...all.values()].reverse().flat()

export const allActions = (): Action[] => flat(groups.get())
export const useAllActions = (): Action[] => flat(useStore(groups))

/** Offers actions while the component is there. */
export function useActions(actions: readonly Action[]): void {
  const own = useRef<symbol>(undefined)
  own.current ??= Symbol('actions')
  useEffect(() => {
    const key = own.current as symbol
    groups.set(new Map(groups.get()).set(key, actions))
  }, [actions])
  useEffect(() => {
    const key = own.current as symbol
    return () => {
      const left = new Map(groups.get())
      left.delete(key)
      groups.set(left)
    }
  }, [])
}

/** Keys that two actions of one screen would share: a mistake. */
export function doubleKeys(actions: readonly Action[]): string[] {
  const seen = new Map<string, string>()
  return actions.flatMap(({ id, keys }) => {
    if (!keys) return []
    const other = seen.get(keys)
    seen.set(keys, id)
    return other ? [`${keys}: ${other}, ${id}`] : []
  })
}
