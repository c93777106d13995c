import { useCallback, useState } from 'react'

/** Some records by their ids, or all that the filters find: then no id is known. */
export interface Selection {
  ids: ReadonlySet<string>
  all: boolean
}
export const NOTHING: Selection = { ids: new Set(), all: false }

export function toggled({ ids }: Selection, id: string, on = !ids.has(id)): Selection {
  const next = new Set(ids)
  if (on) next.add(id)
  else next.delete(id)
  return { ids: next, all: false }
}
export const withAll = ({ ids }: Selection, more: readonly string[]): Selection => ({ ids: new Set([...ids, ...more]), all: false })
export const isOn = (selection: Selection, id: string): boolean => selection.all || selection.ids.has(id)
export const sizeOf = (selection: Selection, count: number): number => (selection.all ? count : selection.ids.size)

/** Cleared where the question changes: nobody acts on what they do not see. */
export function useSelection(question: string) {
  const [held, hold] = useState({ question, selection: NOTHING })
  const selection = held.question === question ? held.selection : NOTHING
  const select = useCallback(
    (change: Selection | ((now: Selection) => Selection)) =>
      hold((was) => {
        const now = was.question === question ? was.selection : NOTHING
        return { question, selection: typeof change === 'function' ? change(now) : change }
      }),
    [question],
  )
  return [selection, select] as const
}
