import { later } from './later'
import type { TooltipProps } from './tooltip-kit'

/** For what has no word of its own on the screen. The child must take a ref. */
export const Tooltip = later<TooltipProps>(
  () => import('./tooltip-kit'),
  ({ children }) => children,
)
