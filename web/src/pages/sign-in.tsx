import { useNavigate, useSearch } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { isProblem } from '../api/problem'
import { currentSession, signIn } from '../app/session'
import { Button } from '../ui/button'
import { PasswordField, TextField } from '../ui/field'
import { useTranslation } from '../words'
import { Gate } from './gate'
import s from './gate.module.css'
import { refusedBecause } from './refused'
import { SecondStep } from './second-step'

/** One form for everybody; then, for those who have set it up, a code. */
export function SignIn() {
  const { t } = useTranslation()
  const go = useNavigate()
  const { to = '/' } = useSearch({ from: '/sign-in' })
  const [problem, setProblem] = useState('')
  const [busy, setBusy] = useState(false)
  const [right, setRight] = useState<{ email: string; password: string }>()
  const enter = () => go({ href: to, replace: true })

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const [email, password] = [String(form.get('email')), String(form.get('password'))]
    setBusy(true)
    setProblem('')
    try {
      await signIn(email, password)
      await enter()
    } catch (error) {
      if (isProblem(error, 'second-factor-required')) setRight({ email, password })
      else setProblem(refusedBecause(error))
    } finally {
      setBusy(false)
    }
  }
  function back(error?: unknown) {
    setRight(undefined)
    setProblem(error === undefined ? '' : refusedBecause(error))
  }
  if (currentSession().state === 'in') void enter()
  if (right) return <SecondStep {...right} onBack={back} onDone={enter} />
  return (
    <Gate title={t('session.signIn')}>
      <form onSubmit={submit} className={s.form}>
        <TextField name="email" type="email" label={t('session.email')} autoComplete="username" required withAsterisk={false} autoFocus />
        <PasswordField name="password" label={t('session.password')} autoComplete="current-password" required withAsterisk={false} />
        <p role="alert" className={s.problem}>
          {problem}
        </p>
        <Button type="submit" look="primary" busy={busy}>
          {t('session.signIn')}
        </Button>
        <p className={s.aside}>{t('session.noWayIn')}</p>
      </form>
    </Gate>
  )
}
