import { IconCheck, IconEye, IconEyeOff, IconPencil, IconUserOff, IconX } from '@tabler/icons-react'
import { useState } from 'react'
import { clockOf, momentOf } from '../../meta/fields/datetime'
import { useObject } from '../../meta/use-types'
import { MomentField } from '../../ui/date'
import { clockAt, joined } from '../../ui/format'
import { Bones } from '../../ui/skeleton'
import { useTranslation } from '../../words'
import { FailureLine } from '../offline/failure-line'
import { roleName } from '../settings/role-name'
import s from './access.module.css'
import { type Then, useAccess } from './answers'
import { PersonField } from './person-field'

interface Props {
  /** As its stream is named: `account-0192…`. */
  record: string
  /** The moment that is asked about first; left out: now. */
  at?: string
}

/** Whether somebody could see or edit a record at a moment, and by which role, team or share. */
export default function Access({ record, at }: Props) {
  const { t } = useTranslation()
  const [user, setUser] = useState('')
  const [when, setWhen] = useState(at ?? null)
  const { data, error, isFetching } = useAccess(record, user, when)
  return (
    <div className={s.access}>
      <div className={s.asked}>
        <PersonField label={t('audit.person')} value={user} onChange={setUser} placeholder={t('audit.choosePerson')} />
        <MomentField
          label={t('audit.at')}
          value={clockOf(when)}
          placeholder={t('time.now')}
          maxDate={clockAt(new Date())}
          onChange={(value) => setWhen(momentOf(value))}
        />
      </div>
      {error && <FailureLine error={error} />}
      {!data && !error && isFetching && <Bones rows={3} label={t('common.loading')} />}
      {data && <Answer then={data} />}
      {!user && <p className={s.soft}>{t('audit.accessText')}</p>}
    </div>
  )
}

const LOOKS = {
  missing: { icon: IconEyeOff, tone: undefined },
  away: { icon: IconUserOff, tone: undefined },
  unseen: { icon: IconEyeOff, tone: undefined },
  seen: { icon: IconEye, tone: 'good' },
  edited: { icon: IconPencil, tone: 'good' },
} as const
type Verdict = keyof typeof LOOKS

function verdictOf(then: Then): Verdict {
  if (!then.existed) return 'missing'
  if (!then.active) return 'away'
  if (!then.visible) return 'unseen'
  return then.editable ? 'edited' : 'seen'
}

function Answer({ then }: { then: Then }) {
  const { t } = useTranslation()
  const verdict = verdictOf(then)
  const { icon: Icon, tone } = LOOKS[verdict]
  const reasons = then.rights.find(({ action }) => action === 'read')?.because ?? []
  return (
    <>
      <div className={s.verdict} data-tone={tone} role="status">
        <Icon size={20} stroke={1.7} aria-hidden />
        <div>
          <b>{t(`audit.verdicts.${verdict}`)}</b>
          {reasons.length > 0 && (
            <ul>
              {reasons.map((one) => (
                <li key={`${one.role} ${one.by}`}>
                  {t('audit.by', { role: roleName(one) })}: {t(`audit.ways.${one.by}`, { teams: joined(one.teams) })}
                </li>
              ))}
            </ul>
          )}
        </div>
      </div>
      {then.visible && <Rights then={then} />}
    </>
  )
}

/** Each right, and the fields that did not show. */
function Rights({ then }: { then: Then }) {
  const { t } = useTranslation()
  const object = useObject(then.record.slice(0, then.record.indexOf('-')))
  const hidden = then.hidden.map((name) => object?.field(name)?.label ?? name)
  return (
    <>
      <ul className={s.rights} aria-label={t('audit.rights')}>
        {then.rights.map(({ action, allowed }) => (
          <li key={action} data-no={!allowed || undefined}>
            {allowed ? <IconCheck size={14} aria-hidden /> : <IconX size={14} aria-hidden />}
            {t(`settings.actions.${action}`)}
            <span className="vh">{t(allowed ? 'common.yes' : 'common.no')}</span>
          </li>
        ))}
      </ul>
      {hidden.length > 0 && <p className={s.soft}>{t('audit.hiddenThen', { fields: joined(hidden) })}</p>}
    </>
  )
}
