import { Drawer as Sheet } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from '../words'
import { usePhone } from './media'

export interface DrawerProps {
  open: boolean
  onClose(): void
  title: ReactNode
  children: ReactNode
  size?: number
}

/** From the right side on a desk, from below on a telephone. */
export default function DrawerKit({ open, onClose, title, children, size = 420 }: DrawerProps) {
  const { t } = useTranslation()
  const phone = usePhone()
  return (
    <Sheet
      opened={open}
      onClose={onClose}
      title={title}
      position={phone ? 'bottom' : 'right'}
      size={phone ? 'auto' : size}
      lockScroll={false}
      transitionProps={{ duration: 0 }}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      {children}
    </Sheet>
  )
}
