import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { call } from '../../api/client'
import { isProblem } from '../../api/problem'
import { adopt, type Tokens } from '../../app/session'
import { Button } from '../../ui/button'
import { PasswordField } from '../../ui/field'
import { Card } from '../../ui/page'
import { toast } from '../../ui/toast'
import { useTranslation } from '../../words'
import s from './me.module.css'
import { SESSIONS } from './sessions'

/** A new password ends every session, this one is begun again. */
export function Password() {
  const { t } = useTranslation()
  const client = useQueryClient()
  const [errors, setErrors] = useState<Record<string, string>>({})
  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const form = event.currentTarget
    const given = new FormData(form)
    try {
      const body = { current: String(given.get('current')), new: String(given.get('new')), cookie: true }
      await adopt(await call<Tokens>('POST', '/identity/password', { body }))
      void client.invalidateQueries({ queryKey: SESSIONS })
      form.reset()
      setErrors({})
      toast({ kind: 'good', text: t('me.changed') })
    } catch (error) {
      if (!isProblem(error)) throw error
      setErrors(error.errors.length ? error.byField(['current', 'new']) : { '': error.message || t('common.offlineText') })
    }
  }
  return (
    <Card title={t('me.password')}>
      <form onSubmit={submit} className={s.form}>
        <PasswordField
          name="current"
          label={t('me.current')}
          error={errors.current}
          autoComplete="current-password"
          required
          withAsterisk={false}
        />
        <PasswordField
          name="new"
          label={t('me.next')}
          description={t('me.nextHint')}
          error={errors.new}
          autoComplete="new-password"
          required
          withAsterisk={false}
        />
        <p role="alert" className={s.problem}>
          {errors['']}
        </p>
        <Button type="submit">{t('me.change')}</Button>
      </form>
    </Card>
  )
}
