import { useCallback, useState } from 'react'
import { setPreferences, usePreferences } from '../../app/preferences'

type Widths = Record<string, number>
interface Found {
  widths: Widths
  /** What the person has changed in this view. */
  own: Widths
  onWidth(name: string, width: number, done: boolean): void
}

/**
 * Widths of columns: of a view its own ones, over those that the person has given the record type; what they change in
 * the view stays theirs, until they save it there. Kept when the edge is let go.
 */
export function useWidths(type: string, ofView: Widths, view?: string): Found {
  const kept = (usePreferences().widths ?? {}) as Record<string, Widths>
  const place = view ? `${type} ${view}` : type
  const [moving, setMoving] = useState<{ place: string; widths: Widths }>({ place, widths: {} })
  const onWidth = useCallback(
    (name: string, width: number, done: boolean) => {
      setMoving((now) => ({ place, widths: { ...(now.place === place && now.widths), [name]: width } }))
      if (!done) return
      void setPreferences((now) => {
        const all = (now.widths ?? {}) as Record<string, Widths>
        return { ...now, widths: { ...all, [place]: { ...all[place], [name]: width } } }
      })
    },
    [place],
  )
  const own = { ...kept[place], ...(moving.place === place && moving.widths) }
  return { widths: { ...kept[type], ...ofView, ...own }, own, onWidth }
}
