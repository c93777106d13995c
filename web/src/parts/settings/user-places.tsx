import { Button } from '../../ui/button'
import { Dialog } from '../../ui/dialog'
import { MultiSelectField } from '../../ui/select'
import { useTranslation } from '../../words'
import { useGuard } from '../form/unsaved'
import { Effects } from './effects'
import { changedOf, useForeseen } from './foreseen'
import { Meanwhile } from './meanwhile'
import { namesIn, optionsOf, type User, useRoles, useTeams, useUsers } from './people'
import { PersonPicker } from './people-fields'
import { roleName } from './role-name'
import s from './settings.module.css'
import { useDraft } from './use-draft'
import { useSave } from './use-save'

const LABELS: Record<string, string> = { roles: 'settings.pages.roles', teams: 'settings.pages.teams', manager: 'settings.users.manager' }

/** Where somebody stands: each of the three is a command of its own, so only what changed is sent. */
export function UserPlaces({ user, onClose }: { user: User; onClose(): void }) {
  const { t } = useTranslation()
  const { save, busy, problem, errors } = useSave('user', ['roles', 'teams', 'manager'])
  const live = { roles: user.roles, teams: user.teams, manager: user.manager ?? null }
  const draft = useDraft(live, user.version)
  const { before, now, setNow } = draft
  const changed = changedOf(before, now)
  const preview = `/identity/users/${user.id}/preview`
  const { isFetching } = useForeseen(preview, changed)
  const roles = useRoles().data?.items
  const teams = useTeams().data?.items
  const known = { ...useUsers().data?.names }
  const roleOptions = (roles ?? []).map((role) => ({ value: role.id, label: roleName(role) }))
  const people = Object.entries(known).map(([value, label]) => ({ value, label }))
  const names = namesIn([...people, ...roleOptions, ...optionsOf(teams)])
  const { close, guard } = useGuard(changed !== undefined, onClose)
  async function keep() {
    let { version } = draft
    for (const [name, value] of Object.entries(changed ?? {})) {
      const done = await save('POST', `/identity/users/${user.id}/${name}`, { [name]: value }, t('settings.users.placed'), version)
      if (!done) return
      version = done.version
    }
    onClose()
  }
  return (
    <>
      <Dialog
        open
        onClose={close}
        title={user.name}
        actions={
          <>
            <Button onClick={close}>{t('common.cancel')}</Button>
            <Button look="primary" busy={busy} disabled={isFetching} onClick={() => void keep()}>
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
            data={roleOptions}
            onChange={(next) => setNow({ ...now, roles: next })}
          />
          <MultiSelectField
            label={t('settings.pages.teams')}
            value={now.teams}
            error={errors.teams}
            data={optionsOf(teams)}
            onChange={(next) => setNow({ ...now, teams: next })}
          />
          <PersonPicker
            label={t('settings.users.manager')}
            value={now.manager}
            error={errors.manager}
            names={known}
            but={user.id}
            onChange={(next) => setNow({ ...now, manager: next })}
          />
          <Meanwhile moved={draft.meanwhile} label={(field) => t(LABELS[field] ?? '')} text={(_, ids) => names(ids)} />
          <Effects path={preview} body={changed} />
          <p role="alert" className={s.problem}>
            {problem}
          </p>
        </div>
      </Dialog>
      {guard}
    </>
  )
}
