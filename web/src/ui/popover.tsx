import { later } from './later'
import type { PopoverProps } from './popover-kit'

/** A small panel at its button. Esc and a click elsewhere close it; the focus goes in and comes back. */
export const Popover = later<PopoverProps>(
  () => import('./popover-kit'),
  ({ target }) => target,
)
