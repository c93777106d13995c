import { Tooltip as Kit } from '@mantine/core'
import type { ReactElement, ReactNode } from 'react'

/** For what has no word of its own on the screen. The child must take a ref. */
export interface TooltipProps {
  label: ReactNode
  children: ReactElement
}

const TooltipKit = ({ label, children }: TooltipProps) => (
  <Kit label={label} openDelay={400} transitionProps={{ duration: 0 }} withinPortal>
    {children}
  </Kit>
)
export default TooltipKit
