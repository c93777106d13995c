import { useState } from 'react'
import { PasswordField } from '../../ui/field'
import { useTranslation } from '../../words'
import { FormDialog } from '../settings/form-dialog'
import { CodeField } from './code-field'
import { type Proof, useAttempt } from './own-factor'

interface Props<T> {
  title: string
  text: string
  send: string
  danger?: boolean
  act(proof: Proof): Promise<T>
  onDone(done: T): void
  onClose(): void
}

/** What only the person themselves may do, whoever sits at their device: password and code once more. */
export function ProveDialog<T>({ title, text, send, danger, act, onDone, onClose }: Props<T>) {
  const { t } = useTranslation()
  const { attempt, busy, errors, problem } = useAttempt(['password', 'code'])
  const [given, setGiven] = useState<Proof>({ password: '', code: '' })
  async function go() {
    const done = await attempt(async () => ({ of: await act(given) }), given)
    if (done) onDone(done.of)
  }
  return (
    <FormDialog title={title} send={send} danger={danger} busy={busy} problem={problem} onSend={() => void go()} onClose={onClose}>
      <p>{text}</p>
      <PasswordField
        label={t('session.password')}
        value={given.password}
        error={errors.password}
        errorProps={{ role: 'alert' }}
        onChange={(event) => setGiven({ ...given, password: event.currentTarget.value })}
        autoComplete="current-password"
        data-autofocus
      />
      <CodeField
        kind="either"
        label={t('factor.anyCode')}
        value={given.code}
        error={errors.code}
        onChange={(code) => setGiven({ ...given, code })}
      />
    </FormDialog>
  )
}
