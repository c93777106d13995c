import { Popover as Kit } from '@mantine/core'
import type { ReactElement, ReactNode } from 'react'

export interface PopoverProps {
  open: boolean
  onChange(open: boolean): void
  /** The button that it belongs to; it must take a ref. */
  target: ReactElement
  children: ReactNode
  width?: number | 'target'
  label: string
  position?: 'bottom-start' | 'bottom-end' | 'right-start'
}

/** A small panel at its button. Esc and a click elsewhere close it; the focus goes in and comes back. */
export default function PopoverKit({ open, onChange, target, children, width, label, position = 'bottom-start' }: PopoverProps) {
  return (
    <Kit
      opened={open}
      onChange={onChange}
      position={position}
      width={width}
      trapFocus
      returnFocus
      transitionProps={{ duration: 0 }}
      withinPortal
    >
      <Kit.Target>{target}</Kit.Target>
      <Kit.Dropdown aria-label={label}>{children}</Kit.Dropdown>
    </Kit>
  )
}
