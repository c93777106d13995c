import { Menu as Kit } from '@mantine/core'
import { Fragment, type ReactElement, type ReactNode } from 'react'
import s from './menu.module.css'

export interface MenuItem {
  id: string
  label: ReactNode
  icon?: ReactNode
  hint?: ReactNode
  run(): void
  disabled?: boolean
  danger?: boolean
  /** A line above it, with a heading where that is a text. */
  section?: string | true
}

export interface MenuProps {
  /** The button that opens it; it must take a ref. */
  children: ReactElement
  items: readonly MenuItem[]
  position?: 'bottom-start' | 'bottom-end' | 'top-start' | 'right-start'
  width?: number
  /** It stands open from its first moment. */
  begun?: boolean
}

export default function MenuKit({ children, items, position = 'bottom-end', width = 220, begun }: MenuProps) {
  return (
    <Kit defaultOpened={begun} position={position} width={width} transitionProps={{ duration: 0 }} withinPortal>
      <Kit.Target>{children}</Kit.Target>
      <Items items={items} />
    </Kit>
  )
}

interface OpenProps {
  label: string
  items: readonly MenuItem[]
  onClose(): void
}

/** A menu that stands open, below the box that it is put into. */
export function OpenMenu({ label, items, onClose }: OpenProps) {
  return (
    <Kit opened onClose={onClose} position="bottom-end" width={220} transitionProps={{ duration: 0 }} withinPortal>
      <Kit.Target>
        <span className={s.place} />
      </Kit.Target>
      <Items items={items} label={label} />
    </Kit>
  )
}

function Items({ items, label }: { items: readonly MenuItem[]; label?: string }) {
  return (
    <Kit.Dropdown aria-label={label}>
      {items.map(({ id, label: text, icon, hint, run, disabled, danger, section }) => (
        <Fragment key={id}>
          {section === true && <Kit.Divider />}
          {typeof section === 'string' && <Kit.Label>{section}</Kit.Label>}
          <Kit.Item leftSection={icon} rightSection={hint} onClick={run} disabled={disabled} color={danger ? 'var(--bad)' : undefined}>
            {text}
          </Kit.Item>
        </Fragment>
      ))}
    </Kit.Dropdown>
  )
}
