import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { call } from '../api/client'
import { isProblem } from '../api/problem'
import { signIn } from '../app/session'
import { overlays } from '../app/shell/overlays'
import { Button } from '../ui/button'
import { PasswordField } from '../ui/field'
import { useTranslation } from '../words'
import { Gate } from './gate'
import s from './gate.module.css'
import { takeToken, useGateForm } from './gate-form'
import { SecondStep } from './second-step'

/** Behind the link that an administrator passed on: choose a password, and be in. */
export function Invitation() {
  const { t } = useTranslation()
  const go = useNavigate()
  const [token] = useState(takeToken)
  const [right, setRight] = useState<{ email: string; password: string }>()
  const enter = () => go({ to: '/', replace: true })
  const { submit, busy, errors, general } = useGateForm(['password'], async ({ password = '' }) => {
    const body = { token, password }
    const { email } = await call<{ email: string }>('POST', '/identity/invitations/accept', { body, auth: false })
    try {
      await signIn(email, password)
    } catch (error) {
      if (!isProblem(error, 'second-factor-required')) throw error
      return setRight({ email, password }) // a new password does not take it away
    }
    await enter()
    overlays.open('start')
  })
  if (right) return <SecondStep {...right} onBack={() => void go({ to: '/sign-in', replace: true })} onDone={enter} />
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
