import { later } from './later'
import type { MenuProps } from './menu-kit'

export type { MenuItem } from './menu-kit'
/** Acts behind a button. */
export const Menu = later<MenuProps>(
  () => import('./menu-kit'),
  ({ children }) => children,
)
