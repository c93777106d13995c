import { useState } from 'react'
import { TextField } from '../../ui/field'
import { MultiSelectField, SelectField } from '../../ui/select'
import { useTranslation } from '../../words'
import { Effects } from './effects'
import { changedOf, useForeseen } from './foreseen'
import { FormDialog } from './form-dialog'
import { optionsOf, type Team } from './people'
import { useSave } from './use-save'

interface Props {
  team?: Team
  teams: Team[]
  users: { value: string; label: string }[]
  onClose(): void
}

export function TeamForm({ team, teams, users, onClose }: Props) {
  const { t } = useTranslation()
  const { save, busy, errors, problem } = useSave('team', ['name', 'parent', 'leads'])
  const before = { parent: team?.parent ?? null, leads: team?.leads ?? [] }
  const [now, setNow] = useState({ name: team?.name ?? '', ...before })
  const preview = `/identity/teams/${team?.id}/preview`
  const changed = team && changedOf(before, { parent: now.parent, leads: now.leads })
  const { isFetching } = useForeseen(preview, changed)
  async function keep() {
    const { parent, ...details } = now
    const told = t('settings.saved')
    if (!team) {
      if (await save('POST', '/identity/teams', { ...details, ...(parent && { parent }) }, told)) onClose()
      return
    }
    const at = `/identity/teams/${team.id}`
    if (parent !== (team.parent ?? null) && !(await save('POST', `${at}/parent`, { parent }, told))) return
    if (await save('PATCH', at, details, told)) onClose()
  }
  return (
    <FormDialog
      title={team?.name ?? t('settings.teams.new')}
      problem={problem}
      busy={busy}
      disabled={!now.name.trim() || isFetching}
      onSend={() => void keep()}
      onClose={onClose}
    >
      <TextField
        label={t('settings.teams.name')}
        value={now.name}
        error={errors.name}
        onChange={(event) => setNow({ ...now, name: event.currentTarget.value })}
        data-autofocus
      />
      <SelectField
        label={t('settings.teams.parent')}
        value={now.parent}
        error={errors.parent}
        clearable
        data={optionsOf(teams.filter((one) => one.id !== team?.id))}
        onChange={(parent) => setNow({ ...now, parent })}
      />
      <MultiSelectField
        label={t('settings.teams.leads')}
        value={now.leads}
        error={errors.leads}
        data={users}
        onChange={(leads) => setNow({ ...now, leads })}
      />
      <Effects path={preview} body={changed} />
    </FormDialog>
  )
}
