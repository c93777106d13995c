import { type ReactNode, useRef, useState } from 'react'
import { IconButton } from './icon-button'
import { later } from './later'
import s from './menu.module.css'
import type { MenuItem, MenuProps } from './menu-kit'

export type { MenuItem } from './menu-kit'
/** Acts behind a button. */
export const Menu = later<MenuProps>(
  () => import('./menu-kit'),
  ({ children }) => children,
)
const OpenMenu = later<{ label: string; items: readonly MenuItem[]; onClose(): void }>(async () => ({
  default: (await import('./menu-kit')).OpenMenu,
}))

interface Props {
  label: string
  icon: ReactNode
  /** Asked for when it is opened. */
  items(): readonly MenuItem[]
}

/** The same where there are hundreds: while it is closed it is its button, and nothing more. */
export function LightMenu({ label, icon, items }: Props) {
  const [open, setOpen] = useState(false)
  const pressed = useRef(false)
  const button = useRef<HTMLButtonElement>(null)
  const close = () => {
    setOpen(false)
    button.current?.focus({ preventScroll: true })
  }
  return (
    <span className={s.box}>
      <IconButton
        small
        ref={button}
        label={label}
        aria-haspopup="menu"
        aria-expanded={open}
        onPointerDown={() => {
          pressed.current = open // this closes it: the press that follows must not open it again
        }}
        onClick={() => {
          setOpen(!pressed.current)
          pressed.current = false
        }}
      >
        {icon}
      </IconButton>
      {open && <OpenMenu label={label} items={items()} onClose={close} />}
    </span>
  )
}
