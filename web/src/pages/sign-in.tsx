import { useNavigate, useSearch } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { isProblem } from '../api/problem'
import { currentSession, signIn } from '../app/session'
import { Button } from '../ui/button'
import { PasswordField, TextField } from '../ui/field'
import { useTranslation } from '../words'
import { Gate } from './gate'
import s from './gate.module.css'

/** One form for everybody: it never says which of the two was wrong. */
export function SignIn() {
  const { t } = useTranslation()
  const go = useNavigate()
  const { to = '/' } = useSearch({ from: '/sign-in' })
  const [problem, setProblem] = useState('')
  const [busy, setBusy] = useState(false)

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    setBusy(true)
    setProblem('')
    try {
      await signIn(String(form.get('email')), String(form.get('password')))
      await go({ href: to, replace: true })
    } catch (error) {
      setProblem(wordsOf(error, t))
    } finally {
      setBusy(false)
    }
  }
  if (currentSession().state === 'in') void go({ href: to, replace: true })
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

function wordsOf(error: unknown, t: (key: string, values?: Record<string, unknown>) => string): string {
  if (isProblem(error, 'unauthenticated', 'invalid')) return t('session.wrong')
  if (isProblem(error, 'too-many-requests')) return t('session.wait', { count: error.retryAfter ?? 60 })
  if (isProblem(error, 'offline')) return t('common.offlineText')
  return error instanceof Error && error.message ? error.message : t('common.failedText')
}
