import { useState } from 'react'
import { isProblem } from '../../api/problem'
import { SelectField } from '../../ui/select'
import { locale, useTranslation } from '../../words'
import { optionsOf, useUsers } from '../settings/people'
import { type Head, type Then, useAccess } from './answers'
import s from './audit.module.css'

/** Whether somebody could see or edit the record when it happened, and by what. */
export function Access({ event }: { event: Head }) {
  const { t } = useTranslation()
  const [user, setUser] = useState('')
  const users = useUsers().data?.items
  const { data, error } = useAccess(event.stream, user, event.recorded_at)
  return (
    <div className={s.access}>
      <SelectField
        label={t('audit.person')}
        data={optionsOf(users)}
        value={user || null}
        onChange={(id) => setUser(id ?? '')}
        searchable
        clearable
      />
      {error && <p role="alert">{isProblem(error) ? error.message : t('common.failedText')}</p>}
      {data && <Answer then={data} />}
    </div>
  )
}

function Answer({ then }: { then: Then }) {
  const { t } = useTranslation()
  const verdict = !then.active ? 'away' : !then.visible ? 'unseen' : then.editable ? 'edited' : 'seen'
  const reasons = then.rights.find(({ action }) => action === 'read')?.because ?? []
  return (
    <>
      <p role="status">
        <b>{t(`audit.verdicts.${verdict}`)}</b>
      </p>
      <ul>
        {reasons.map((one) => (
          <li key={one.role}>
            {t('audit.by', { role: locale() === 'en' ? one.en : one.zh })}: {t(`audit.ways.${one.by}`, { teams: one.teams.join(', ') })}
          </li>
        ))}
      </ul>
    </>
  )
}
