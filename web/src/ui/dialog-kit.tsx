import { Modal } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from '../words'
import s from './dialog.module.css'
import { usePhone } from './media'

export interface DialogProps {
  open: boolean
  onClose(): void
  title: ReactNode
  children: ReactNode
  /** Buttons at the foot, the main one last. */
  actions?: ReactNode
  size?: number
  /** Nothing but the buttons closes it. */
  firm?: boolean
  /** Firm, and without a cross: what it shows is shown once. */
  once?: boolean
}

/** In the middle of a desk's screen, all of a telephone's. */
export default function DialogKit({ open, onClose, title, children, actions, size = 480, once, firm = once }: DialogProps) {
  const { t } = useTranslation()
  return (
    <Modal
      opened={open}
      onClose={onClose}
      title={title}
      size={size}
      fullScreen={usePhone()}
      centered
      radius="lg"
      lockScroll={false}
      withCloseButton={!once}
      closeOnClickOutside={!firm}
      closeOnEscape={!firm}
      transitionProps={{ duration: 0 }}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      {children}
      {actions && <div className={s.actions}>{actions}</div>}
    </Modal>
  )
}
