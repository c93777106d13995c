import { type FormEvent, type ReactNode, useId } from 'react'
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
  /** What it was, where others may change that meanwhile; left out: what stood there at first. */
  before?: unknown
  /** What the main button says; left out: Save. */
  send?: string
  /** What it does does not come back by itself: only its button does it, no key. */
  danger?: boolean
  onSend(): void
  onClose(): void
  children: ReactNode
}

/** A form in the middle of the screen: fields, what is wrong with the whole, two buttons. */
export function FormDialog({ title, problem, busy, disabled, written, before, send, danger, onSend, onClose, children }: Props) {
  const { t } = useTranslation()
  const { close, guard } = useGuard(useChanged(written, before), onClose)
  const name = useId()
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!danger && !busy && !disabled) onSend()
  }
  return (
    <>
      <Dialog
        open
        onClose={close}
        title={title}
        actions={
          <>
            <Button onClick={close}>{t('common.cancel')}</Button>
            <Button
              look={danger ? 'danger' : 'primary'}
              busy={busy}
              disabled={disabled}
              {...(danger ? { onClick: onSend } : { type: 'submit', form: name })}
            >
              {send ?? t('common.save')}
            </Button>
          </>
        }
      >
        <form id={name} className={s.form} onSubmit={submit} noValidate>
          {children}
          <p role="alert" className={s.problem}>
            {problem}
          </p>
        </form>
      </Dialog>
      {guard}
    </>
  )
}
