import type { DialogProps } from './dialog-kit'
import { later } from './later'

/** In the middle of a desk's screen, all of a telephone's. */
export const Dialog = later<DialogProps>(() => import('./dialog-kit'))
