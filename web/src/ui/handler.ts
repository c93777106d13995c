import { useCallback, useLayoutEffect, useRef } from 'react'

/** The same function at every rendering, which does what the newest one does: for events, never called while rendering. */
export function useHandler<Given extends unknown[]>(act: (...given: Given) => void): (...given: Given) => void {
  const newest = useRef(act)
  useLayoutEffect(() => {
    newest.current = act
  })
  return useCallback((...given) => newest.current(...given), [])
}

/** The object as it was first, as long as those after it have the same values under the same keys. */
export function useAlike<T extends object>(next: T): T {
  const kept = useRef(next)
  const before = Object.entries(kept.current)
  const alike = before.length === Object.keys(next).length && before.every(([key, value]) => Object.is(value, next[key as keyof T]))
  if (!alike) kept.current = next
  return kept.current
}
