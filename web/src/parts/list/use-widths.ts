import { useCallback, useState } from 'react'
import { setPreferences, usePreferences } from '../../app/preferences'

type Widths = Record<string, number>

/** Widths of columns: the person's own for a record type, before those of the view. Kept when the edge is let go. */
export function useWidths(type: string, ofView: Widths): [Widths, (name: string, width: number, done: boolean) => void] {
  const kept = (usePreferences().widths as Record<string, Widths> | undefined)?.[type]
  const [moving, setMoving] = useState<Widths>({})
  const onWidth = useCallback(
    (name: string, width: number, done: boolean) => {
      setMoving((now) => ({ ...now, [name]: width }))
      if (!done) return
      void setPreferences((now) => {
        const all = (now.widths ?? {}) as Record<string, Widths>
        return { ...now, widths: { ...all, [type]: { ...all[type], [name]: width } } }
      })
    },
    [type],
  )
  return [{ ...ofView, ...kept, ...moving }, onWidth]
}
