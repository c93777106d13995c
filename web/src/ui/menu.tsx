import { cloneElement, type ReactElement, type ReactNode, useRef, useState } from 'react'
import { IconButton } from './icon-button'
import { later } from './later'
import s from './menu.module.css'
import type { MenuItem, MenuProps } from './menu-kit'

export type { MenuItem } from './menu-kit'

const Whole = later<MenuProps & { onEarly(): void }>(
  () => import('./menu-kit'),
  ({ children, onEarly }) => cloneElement(children as ReactElement<{ onClick(): void }>, { onClick: onEarly }),
)
/** Acts behind a button. Who presses it before its code is there has it opened then. */
export function Menu(props: Omit<MenuProps, 'begun'>) {
  const [early, setEarly] = useState(false)
  return <Whole {...props} begun={early} onEarly={() => setEarly(true)} />
}
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
