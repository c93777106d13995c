import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { call } from '../api/client'
import { isProblem } from '../api/problem'
import { signIn } from '../app/session'
import { overlays } from '../app/shell/overlays'
import { Button } from '../ui/button'
import { PasswordField, TextField } from '../ui/field'
import { useTranslation } from '../words'
import { Gate } from './gate'
import s from './gate.module.css'
import { takeToken, useGateForm } from './gate-form'

const FIELDS = ['organisation', 'name', 'email', 'password']

/** Behind the one-time link that the suite prints at its first start: the organisation and its first administrator. */
export function SetUp() {
  const { t, i18n } = useTranslation()
  const go = useNavigate()
  const [token] = useState(takeToken)
  const { submit, busy, errors, general, problem } = useGateForm(FIELDS, async (values) => {
    const language = i18n.language.startsWith('zh') ? 'zh' : 'en'
    await call('POST', '/identity/setup', { body: { token, language, ...values }, auth: false })
    await signIn(values.email ?? '', values.password ?? '')
    await go({ to: '/', replace: true })
    overlays.open('start')
  })
  if (isProblem(problem, 'rejected')) {
    return (
      <Gate title={t('setup.doneTitle')} lead={t('setup.doneText')}>
        <Link to="/sign-in" className={s.on}>
          {t('session.signIn')}
        </Link>
      </Gate>
    )
  }
  return (
    <Gate title={t('setup.title')} lead={t('setup.lead')}>
      <form onSubmit={submit} className={s.form} noValidate>
        <TextField name="organisation" label={t('setup.organisation')} error={errors.organisation} autoComplete="organization" autoFocus />
        <TextField name="name" label={t('setup.name')} error={errors.name} autoComplete="name" />
        <TextField
          name="email"
          type="email"
          label={t('session.email')}
          description={t('setup.emailHint')}
          error={errors.email}
          autoComplete="username"
        />
        <PasswordField
          name="password"
          label={t('session.password')}
          description={t('setup.passwordHint')}
          error={errors.password}
          autoComplete="new-password"
        />
        <p role="alert" className={s.problem}>
          {token ? general : t('setup.noToken')}
        </p>
        <Button type="submit" look="primary" busy={busy} disabled={!token}>
          {t('setup.send')}
        </Button>
      </form>
    </Gate>
  )
}
