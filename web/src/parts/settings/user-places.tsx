import { MultiSelectField } from '../../ui/select'
import { useTranslation } from '../../words'
import { Effects } from './effects'
import { changedOf, useForeseen } from './foreseen'
import { FormDialog } from './form-dialog'
import { PersonPicker, TeamsPicker } from './found-fields'
import { Meanwhile } from './meanwhile'
import { namesIn, type User, useRoles } from './people'
import { roleName } from './role-name'
import { useDraft } from './use-draft'
import { useSave } from './use-save'

const LABELS: Record<string, string> = { roles: 'settings.pages.roles', teams: 'settings.pages.teams', manager: 'settings.users.manager' }

interface Props {
  user: User
  /** The names of people and teams by id, as far as the page knows them. */
  names: Record<string, string>
  onClose(): void
}

/** Where somebody stands: each of the three is a command of its own, so only what changed is sent. */
export function UserPlaces({ user, names, onClose }: Props) {
  const { t } = useTranslation()
  const { save, busy, problem, errors } = useSave('user', ['roles', 'teams', 'manager'])
  const live = { roles: user.roles, teams: user.teams, manager: user.manager ?? null }
  const draft = useDraft(live, user.version)
  const { before, now, setNow } = draft
  const changed = changedOf(before, now)
  const preview = `/identity/users/${user.id}/preview`
  const { isFetching } = useForeseen(preview, changed)
  const roles = useRoles().data?.items
  const roleOptions = (roles ?? []).map((role) => ({ value: role.id, label: roleName(role) }))
  const read = namesIn({ ...names, ...Object.fromEntries(roleOptions.map(({ value, label }) => [value, label])) })
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
    <FormDialog
      title={user.name}
      problem={problem}
      busy={busy}
      written={now}
      before={before}
      disabled={isFetching}
      onSend={() => void keep()}
      onClose={onClose}
    >
      <MultiSelectField
        label={t('settings.pages.roles')}
        value={now.roles}
        error={errors.roles}
        data={roleOptions}
        onChange={(next) => setNow({ ...now, roles: next })}
      />
      <TeamsPicker
        label={t('settings.pages.teams')}
        value={now.teams}
        error={errors.teams}
        names={names}
        onChange={(next) => setNow({ ...now, teams: next })}
      />
      <PersonPicker
        label={t('settings.users.manager')}
        value={now.manager}
        error={errors.manager}
        names={names}
        but={user.id}
        onChange={(next) => setNow({ ...now, manager: next })}
      />
      <Meanwhile moved={draft.meanwhile} label={(field) => t(LABELS[field] ?? '')} text={(_, ids) => read(ids)} />
      <Effects path={preview} body={changed} />
    </FormDialog>
  )
}
