import { TextField } from '../../ui/field'
import { useTranslation } from '../../words'
import { Effects } from './effects'
import { changedOf, useForeseen } from './foreseen'
import { FormDialog } from './form-dialog'
import { PeoplePicker, TeamPicker } from './found-fields'
import { Meanwhile } from './meanwhile'
import { namesIn, type Team } from './people'
import { useDraft } from './use-draft'
import { useSave } from './use-save'

interface Props {
  team?: Team
  /** The names of people and teams by id, as far as the page knows them. */
  names: Record<string, string>
  onClose(): void
}

export function TeamForm({ team, names, onClose }: Props) {
  const { t } = useTranslation()
  const { save, busy, errors, problem } = useSave('team', ['name', 'parent', 'leads'])
  const live = { name: team?.name ?? '', parent: team?.parent ?? null, leads: team?.leads ?? [] }
  const { before, version, now, setNow, meanwhile } = useDraft(live, team?.version)
  const preview = `/identity/teams/${team?.id}/preview`
  const changed = team && changedOf({ parent: before.parent, leads: before.leads }, { parent: now.parent, leads: now.leads })
  const { isFetching } = useForeseen(preview, changed)
  const read = namesIn(names)
  const titleOf = (field: string, value: unknown) => (field === 'name' ? String(value) : read(value))
  async function keep() {
    const { parent, ...details } = now
    const told = t('settings.saved')
    if (!team) {
      if (await save('POST', '/identity/teams', { ...details, ...(parent && { parent }) }, told)) onClose()
      return
    }
    const at = `/identity/teams/${team.id}`
    const moved = parent !== before.parent ? await save('POST', `${at}/parent`, { parent }, told, version) : { version }
    if (moved && (await save('PATCH', at, details, told, moved.version))) onClose()
  }
  return (
    <FormDialog
      title={team?.name ?? t('settings.teams.new')}
      problem={problem}
      busy={busy}
      written={now}
      before={before}
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
      <TeamPicker
        label={t('settings.teams.parent')}
        value={now.parent}
        error={errors.parent}
        names={names}
        but={team?.id}
        onChange={(parent) => setNow({ ...now, parent })}
      />
      <PeoplePicker
        label={t('settings.teams.leads')}
        value={now.leads}
        error={errors.leads}
        names={names}
        onChange={(leads) => setNow({ ...now, leads })}
      />
      <Meanwhile moved={meanwhile} label={(field) => t(`settings.teams.${field}`)} text={titleOf} />
      <Effects path={preview} body={changed} />
    </FormDialog>
  )
}
