import { type RefObject, useLayoutEffect } from 'react'
import type { Column } from './columns'

const places = new Map<string, string>()

export function toLane(board: HTMLElement, key: string): void {
  const lane = board.querySelector<HTMLElement>(`[data-lane="${CSS.escape(key)}"]`)
  if (lane) board.scrollLeft = lane.offsetLeft - board.offsetLeft
}

/** On a telephone one column is seen at a time: at first the one where the person was, else the first with a card. */
export function usePlace(board: RefObject<HTMLElement | null>, name: string, columns: Column[], on: boolean): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: cards that come and go later move nobody
  useLayoutEffect(() => {
    const box = board.current
    if (!on || box === null) return
    const start = places.get(name) ?? columns.find((column) => column.cards.length > 0)?.key
    if (start !== undefined) toLane(box, start)
    const remember = () => {
      const lanes = [...box.querySelectorAll<HTMLElement>('[data-lane]')]
      const near = (lane: HTMLElement) => Math.abs(lane.offsetLeft - box.offsetLeft - box.scrollLeft)
      const lane = lanes.toSorted((one, other) => near(one) - near(other))[0]?.dataset.lane
      if (lane !== undefined) places.set(name, lane)
    }
    box.addEventListener('scroll', remember, { passive: true })
    return () => box.removeEventListener('scroll', remember)
  }, [name, on])
}
