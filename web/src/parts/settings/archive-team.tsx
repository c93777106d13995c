import { useTranslation } from '../../words'
import { Effects } from './effects'
import { useForeseen } from './foreseen'
import { FormDialog } from './form-dialog'
import type { Team } from './people'
import { useSave } from './use-save'

const ARCHIVED = { archived: true }

/** A team is put away: who would lose what stands there before it is done. */
export function ArchiveTeam({ team, onClose }: { team: Team; onClose(): void }) {
  const { t } = useTranslation()
  const { save, busy, problem } = useSave('team')
  const preview = `/identity/teams/${team.id}/preview`
  const { isSuccess, isFetching } = useForeseen(preview, ARCHIVED)
  async function archive() {
    const told = t('settings.archived', { name: team.name })
    if (await save('POST', `/identity/teams/${team.id}/archive`, {}, told, team.version)) onClose()
  }
  return (
    <FormDialog
      title={t('settings.teams.archiveTitle', { name: team.name })}
      problem={problem}
      busy={busy}
      disabled={!isSuccess || isFetching}
      send={t('settings.archive')}
      danger
      onSend={() => void archive()}
      onClose={onClose}
    >
      <Effects path={preview} body={ARCHIVED} />
    </FormDialog>
  )
}
