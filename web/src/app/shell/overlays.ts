import { store, useStore } from '../store'

export type Overlay = 'palette' | 'shortcuts' | 'more' | 'start' | 'tour' | 'help' | 'leave'
const shown = store<Overlay | null>(null)

/** What lies over the pages, one at a time. */
export const overlays = { open: (one: Overlay) => shown.set(one), close: () => shown.set(null) }
export const useOverlay = (): Overlay | null => useStore(shown)
