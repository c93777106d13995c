import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { call } from '../api/client'
import { signIn } from '../app/session'
import { overlays } from '../app/shell/overlays'
import { Button } from '../ui/button'
import { PasswordField } from '../ui/field'
import { useTranslation } from '../words'
import { Gate } from './gate'
import s from './gate.module.css'
import { takeToken, useGateForm } from './gate-form'

/** Behind the link that an administrator passed on: choose a password, and be in. */
export function Invitation() {
  const { t } = useTranslation()
  const go = useNavigate()
  const [token] = useState(takeToken)
  const { submit, busy, errors, general } = useGateForm(['password'], async ({ password = '' }) => {
    const body = { token, password }
    const { email } = await call<{ email: string }>('POST', '/identity/invitations/accept', { body, auth: false })
    await signIn(email, password)
    await go({ to: '/', replace: true })
    overlays.open('start')
  })
  return (
    <Gate title={t('setup.invitationTitle')} lead={t('setup.invitationLead')}>
      <form onSubmit={submit} className={s.form} noValidate>
        <PasswordField
          name="password"
          label={t('session.password')}
          description={t('setup.passwordHint')}
          error={errors.password}
          autoComplete="new-password"
          autoFocus
        />
        <p role="alert" className={s.problem}>
          {token ? general : t('setup.noToken')}
        </p>
        <Button type="submit" look="primary" busy={busy} disabled={!token}>
          {t('setup.join')}
        </Button>
      </form>
    </Gate>
  )
}
