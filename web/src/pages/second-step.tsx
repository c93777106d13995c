import { type FormEvent, useEffect, useRef, useState } from 'react'
import { isProblem } from '../api/problem'
import { signIn } from '../app/session'
import { CodeField, isWhole } from '../parts/factor/code-field'
import { Button } from '../ui/button'
import { useTranslation } from '../words'
import { Gate } from './gate'
import s from './gate.module.css'
import { refusedBecause } from './refused'

const KEPT_MS = 600_000 // then somebody else may sit there

interface Props {
  /** What was right; it is kept for this step alone. */
  email: string
  password: string
  /** What the form of the first step has to say: the password is another one by now, or none at all. */
  onBack(problem?: unknown): void
  onDone(): Promise<void> | void
}

/** A password waits for its code no longer than that, nor for somebody who went to another site and comes back. */
function useForgetting(forget: () => void): void {
  const latest = useRef(forget)
  latest.current = forget
  useEffect(() => {
    const timer = setTimeout(() => latest.current(), KEPT_MS)
    const back = ({ persisted }: PageTransitionEvent) => persisted && latest.current()
    window.addEventListener('pageshow', back)
    return () => {
      clearTimeout(timer)
      window.removeEventListener('pageshow', back)
    }
  }, [])
}

/** After a right password: a code of the app, or one that was kept for the day without it. */
export function SecondStep({ email, password, onBack, onDone }: Props) {
  const { t } = useTranslation()
  const [kind, setKind] = useState<'digits' | 'recovery'>('digits')
  const [code, setCode] = useState('')
  const [failed, setFailed] = useState<unknown>()
  const [busy, setBusy] = useState(false)
  const app = kind === 'digits'
  useForgetting(() => onBack())

  async function send(given: string) {
    if (busy || !given.trim()) return
    setBusy(true)
    try {
      await signIn(email, password, given)
      await onDone()
    } catch (error) {
      if (isProblem(error, 'unauthenticated')) return onBack(error)
      setFailed(error)
      setCode('')
    } finally {
      setBusy(false)
    }
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    void send(code)
  }
  const change = (next: string) => {
    setCode(next)
    if (next) setFailed(undefined)
    if (app && isWhole(next)) void send(next)
  }
  const other = () => {
    setKind(app ? 'recovery' : 'digits')
    setCode('')
    setFailed(undefined)
  }
  const wrong = isProblem(failed, 'wrong-code', 'invalid')
  return (
    <Gate title={t('session.step')} lead={t(app ? 'session.stepText' : 'session.recoveryText')}>
      <form onSubmit={submit} className={s.form} noValidate>
        <CodeField
          key={kind}
          kind={kind}
          label={t(app ? 'session.code' : 'session.recovery')}
          value={code}
          error={wrong && t(app ? 'session.wrongCode' : 'session.wrongRecovery')}
          onChange={change}
          autoFocus
        />
        <p role="alert" className={s.problem}>
          {failed !== undefined && !wrong && refusedBecause(failed)}
        </p>
        <Button type="submit" look="primary" busy={busy}>
          {t('session.signIn')}
        </Button>
        <p className={s.others}>
          <Button look="quiet" small onClick={other}>
            {t(app ? 'session.useRecovery' : 'session.useApp')}
          </Button>
          <Button look="quiet" small onClick={() => onBack()}>
            {t('common.back')}
          </Button>
        </p>
        {!app && <p className={s.aside}>{t('session.noCode')}</p>}
      </form>
    </Gate>
  )
}
