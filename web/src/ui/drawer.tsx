import type { DrawerProps } from './drawer-kit'
import { later } from './later'

/** From the right side on a desk, from below on a telephone. */
export const Drawer = later<DrawerProps>(() => import('./drawer-kit'))
