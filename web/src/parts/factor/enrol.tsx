import { type FormEvent, lazy, Suspense, useState } from 'react'
import { offline } from '../../api/problem'
import { loadMe, needsFactor, takeTokens } from '../../app/session'
import { Button } from '../../ui/button'
import { PasswordField } from '../../ui/field'
import { usePhone } from '../../ui/media'
import { useTranslation } from '../../words'
import { CopyButton } from '../settings/secret'
import { CodeField, isWhole } from './code-field'
import s from './factor.module.css'
import { type Begun, begin, confirm, useAttempt } from './own-factor'
import { RecoveryCodes } from './recovery-codes'

const Qr = lazy(() => import('./qr'))

interface Props {
  /** The password was right: whoever they are is not to be asked for by others from here on. */
  onBegun?(): void
  /** It is on now: what is shown from here on is shown once. */
  onCodes?(): void
  onDone(): void
}

/** Password, then the app, then the recovery codes. Who they are is asked for only then: a page may go by it. */
export function Enrol({ onBegun, onCodes, onDone }: Props) {
  const [begun, setBegun] = useState<Begun>()
  const [codes, setCodes] = useState<string[]>()
  async function end() {
    if (needsFactor(await loadMe())) throw offline() // an answer from before, that was kept
    onDone()
  }
  const opened = (by: Begun) => {
    setBegun(by)
    onBegun?.()
  }
  if (codes) return <RecoveryCodes codes={codes} onDone={end} />
  if (!begun) return <Password onBegun={opened} />
  const shown = (made: string[]) => {
    setCodes(made)
    onCodes?.()
  }
  return <App begun={begun} onCodes={shown} />
}

function Password({ onBegun }: { onBegun(begun: Begun): void }) {
  const { t } = useTranslation()
  const { attempt, busy, errors, problem } = useAttempt(['password'])
  const [password, setPassword] = useState('')
  async function submit(event: FormEvent) {
    event.preventDefault()
    const begun = await attempt(() => begin(password), { password })
    if (begun) onBegun(begun)
  }
  return (
    <form onSubmit={submit} className={s.form} noValidate>
      <p>{t('factor.passwordText')}</p>
      <PasswordField
        label={t('session.password')}
        value={password}
        error={errors.password}
        errorProps={{ role: 'alert' }}
        onChange={(event) => setPassword(event.currentTarget.value)}
        autoComplete="current-password"
        autoFocus
        data-autofocus
      />
      <Foot problem={problem} send={t('factor.next')} busy={busy} />
    </form>
  )
}

function App({ begun, onCodes }: { begun: Begun; onCodes(codes: string[]): void }) {
  const { t } = useTranslation()
  const phone = usePhone()
  const { attempt, busy, errors, problem, forget } = useAttempt(['code'])
  const [code, setCode] = useState('')
  async function send(given: string) {
    const done = await attempt(() => confirm(given), { code: given })
    if (!done) return setCode('')
    takeTokens(done)
    onCodes(done.recovery_codes)
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    void send(code)
  }
  const change = (next: string) => {
    setCode(next)
    if (next) forget()
    if (isWhole(next) && !busy) void send(next)
  }
  return (
    <form onSubmit={submit} className={s.form} noValidate>
      <p>{t('factor.scanText')}</p>
      <div className={s.app}>
        <Suspense fallback={<div className={s.qr} />}>
          <Qr text={begun.uri} label={t('factor.qr')} />
        </Suspense>
        <div className={s.typed}>
          {phone && (
            <a href={begun.uri} className={s.open}>
              {t('factor.openApp')}
            </a>
          )}
          <p>{t('factor.typed')}</p>
          <code className={s.key} title={t('factor.key')}>
            {begun.secret.match(/.{1,4}/g)?.join(' ')}
          </code>
          <CopyButton text={begun.secret} />
        </div>
      </div>
      <CodeField
        kind="digits"
        label={t('factor.code')}
        description={t('factor.codeHint')}
        value={code}
        error={errors.code}
        onChange={change}
        autoFocus
        data-autofocus
      />
      <Foot problem={problem} send={t('factor.turnOn')} busy={busy} />
    </form>
  )
}

const Foot = ({ problem, send, busy }: { problem: string; send: string; busy: boolean }) => (
  <>
    <p role="alert" className={s.problem}>
      {problem}
    </p>
    <div className={s.foot}>
      <Button type="submit" look="primary" busy={busy}>
        {send}
      </Button>
    </div>
  </>
)
