import type { ReactNode } from 'react'
import { Button } from '../../ui/button'
import { Dialog } from '../../ui/dialog'
import { useTranslation } from '../../words'
import { useChanged, useGuard } from '../form/unsaved'
import s from './settings.module.css'

interface Props {
  title: string
  problem: string
  busy: boolean
  disabled?: boolean
  /** What stands in the form: once it is another, closing asks first. */
  written?: unknown
  /** What the main button says; left out: Save. */
  send?: string
  /** What it does does not come back by itself. */
  danger?: boolean
  onSend(): void
  onClose(): void
  children: ReactNode
}

/** A form in the middle of the screen: fields, what is wrong with the whole, two buttons. */
export function FormDialog({ title, problem, busy, disabled, written, send, danger, onSend, onClose, children }: Props) {
  const { t } = useTranslation()
  const { close, guard } = useGuard(useChanged(written), onClose)
  return (
    <>
      <Dialog
        open
        onClose={close}
        title={title}
        actions={
          <>
            <Button onClick={close}>{t('common.cancel')}</Button>
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
      {guard}
    </>
  )
}
