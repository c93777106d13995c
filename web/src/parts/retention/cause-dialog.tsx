import { useState } from 'react'
import { TextField } from '../../ui/field'
import { useTranslation } from '../../words'
import { FormDialog } from '../settings/form-dialog'

interface Props {
  title: string
  text: string
  send: string
  problem: string
  busy: boolean
  /** Nothing is sent without a reason. */
  needed?: boolean
  onSend(cause: string): void
  onClose(): void
}

/** An act that the log keeps a reason of. */
export function CauseDialog({ title, text, send, problem, busy, needed, onSend, onClose }: Props) {
  const { t } = useTranslation()
  const [cause, setCause] = useState('')
  return (
    <FormDialog
      title={title}
      problem={problem}
      busy={busy}
      written={cause}
      disabled={needed && !cause.trim()}
      send={send}
      onSend={() => onSend(cause.trim())}
      onClose={onClose}
    >
      <p>{text}</p>
      <TextField label={t('retention.cause')} value={cause} onChange={(event) => setCause(event.currentTarget.value)} data-autofocus />
    </FormDialog>
  )
}
