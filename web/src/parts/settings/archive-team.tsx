import { Button } from '../../ui/button'
import { Dialog } from '../../ui/dialog'
import { useTranslation } from '../../words'
import { Effects } from './effects'
import type { Team } from './people'
import s from './settings.module.css'
import { useSave } from './use-save'

const ARCHIVED = { archived: true }

/** A team is put away: who would lose what stands there before it is done. */
export function ArchiveTeam({ team, onClose }: { team: Team; onClose(): void }) {
  const { t } = useTranslation()
  const { save, busy, problem } = useSave('team')
  async function archive() {
    if (await save('POST', `/identity/teams/${team.id}/archive`, {}, t('settings.archived', { name: team.name }))) onClose()
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('settings.teams.archiveTitle', { name: team.name })}
      actions={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button look="danger" busy={busy} onClick={() => void archive()}>
            {t('settings.archive')}
          </Button>
        </>
      }
    >
      <div className={s.form}>
        <Effects path={`/identity/teams/${team.id}/preview`} body={ARCHIVED} />
        <p role="alert" className={s.problem}>
          {problem}
        </p>
      </div>
    </Dialog>
  )
}
