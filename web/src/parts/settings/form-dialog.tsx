import type { ReactNode } from 'react'
import { Button } from '../../ui/button'
import { Dialog } from '../../ui/dialog'
import { useTranslation } from '../../words'
import s from './settings.module.css'

interface Props {
  title: string
  problem: string
  busy: boolean
  disabled?: boolean
  /** What the main button says; left out: Save. */
  send?: string
  /** What it does does not come back by itself. */
  danger?: boolean
  onSend(): void
  onClose(): void
  children: ReactNode
}

/** A form in the middle of the screen: fields, what is wrong with the whole, two buttons. */
export function FormDialog({ title, problem, busy, disabled, send, danger, onSend, onClose, children }: Props) {
  const { t } = useTranslation()
  return (
    <Dialog
      open
      onClose={onClose}
      title={title}
      actions={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button look={danger ? 'danger' : 'primary'} busy={busy} disabled={disabled} onClick={onSend}>
            {send ?? t('common.save')}
          </Button>
        </>
      }
    >
      <div className={s.form}>
        {children}
        <p role="alert" className={s.problem}>
          {problem}
        </p>
      </div>
    </Dialog>
  )
}
