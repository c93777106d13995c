import { type FormEvent, useState } from 'react'
import { call } from '../../api/client'
import { isProblem } from '../../api/problem'
import { loadMe, useMe } from '../../app/session'
import { Button } from '../../ui/button'
import { TextField } from '../../ui/field'
import { Card } from '../../ui/page'
import { SelectField } from '../../ui/select'
import { toast } from '../../ui/toast'
import { useTranslation } from '../../words'
import s from './me.module.css'

const ZONES = typeof Intl.supportedValuesOf === 'function' ? Intl.supportedValuesOf('timeZone') : []

export function Profile() {
  const { t } = useTranslation()
  const { user, organisation } = useMe()
  const [zone, setZone] = useState<string | null>(user.time_zone || null)
  const [errors, setErrors] = useState<Record<string, string>>({})

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const body = { name: String(form.get('name')), phone: String(form.get('phone')), time_zone: zone ?? '' }
    try {
      await call('PATCH', '/identity/me', { body })
      setErrors({})
      await loadMe()
      toast({ kind: 'good', text: t('me.saved') })
    } catch (error) {
      if (!isProblem(error)) throw error
      setErrors(error.byField(['name', 'phone', 'time_zone']))
      if (!error.errors.length) toast({ kind: 'bad', text: error.message || t('common.offlineText') })
    }
  }
  return (
    <Card title={t('me.profile')} hint={user.email}>
      <form onSubmit={submit} className={s.form}>
        <TextField
          name="name"
          label={t('me.name')}
          defaultValue={user.name}
          error={errors.name}
          autoComplete="name"
          required
          withAsterisk={false}
        />
        <TextField
          name="phone"
          label={t('me.phone')}
          defaultValue={String(user.phone ?? '')}
          error={errors.phone}
          type="tel"
          autoComplete="tel"
        />
        <SelectField
          label={t('me.timeZone')}
          data={ZONES}
          value={zone}
          onChange={setZone}
          placeholder={organisation.time_zone}
          error={errors.time_zone}
          clearable
          searchable
          limit={50}
        />
        <Button type="submit">{t('common.save')}</Button>
      </form>
    </Card>
  )
}
