import { useState } from 'react'
import { Button } from '../../ui/button'
import { Dialog } from '../../ui/dialog'
import { MultiSelectField, SelectField } from '../../ui/select'
import { useTranslation } from '../../words'
import { optionsOf, type User, useRoles, useTeams, useUsers } from './people'
import { roleName } from './role-name'
import s from './settings.module.css'
import { useSave } from './use-save'

const differ = (a: unknown, b: unknown) => JSON.stringify(a ?? null) !== JSON.stringify(b ?? null)

/** Where somebody stands: each of the three is a command of its own, so only what changed is sent. */
export function UserPlaces({ user, onClose }: { user: User; onClose(): void }) {
  const { t } = useTranslation()
  const { save, busy, problem, errors } = useSave('user', ['roles', 'teams', 'manager'])
  const [now, setNow] = useState({ roles: user.roles, teams: user.teams, manager: user.manager ?? null })
  const roles = useRoles().data?.items
  const teams = useTeams().data?.items
  const users = useUsers().data?.items.filter((one) => one.id !== user.id && one.status !== 'deactivated')
  async function keep() {
    for (const name of ['roles', 'teams', 'manager'] as const) {
      if (!differ(now[name], user[name])) continue
      if (!(await save('POST', `/identity/users/${user.id}/${name}`, { [name]: now[name] }, t('settings.users.placed')))) return
    }
    onClose()
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title={user.name}
      actions={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button look="primary" busy={busy} onClick={() => void keep()}>
            {t('common.save')}
          </Button>
        </>
      }
    >
      <div className={s.form}>
        <MultiSelectField
          label={t('settings.pages.roles')}
          value={now.roles}
          error={errors.roles}
          data={(roles ?? []).map((role) => ({ value: role.id, label: roleName(role) }))}
          onChange={(next) => setNow({ ...now, roles: next })}
        />
        <MultiSelectField
          label={t('settings.pages.teams')}
          value={now.teams}
          error={errors.teams}
          data={optionsOf(teams)}
          onChange={(next) => setNow({ ...now, teams: next })}
        />
        <SelectField
          label={t('settings.users.manager')}
          value={now.manager}
          error={errors.manager}
          clearable
          data={optionsOf(users)}
          onChange={(next) => setNow({ ...now, manager: next })}
        />
        <p role="alert" className={s.problem}>
          {problem}
        </p>
      </div>
    </Dialog>
  )
}
