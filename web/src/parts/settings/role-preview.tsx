import { Button } from '../../ui/button'
import { Bones } from '../../ui/skeleton'
import { useTranslation } from '../../words'
import { FailureLine } from '../offline/failure-line'
import { Who } from './effects'
import { useForeseen } from './foreseen'
import type { Change, Grants, Role } from './levels'
import s from './settings.module.css'

interface Props {
  changes: Change[]
  role: Role
  after: Grants
  labels: Map<string, string>
  problem: string
  busy: boolean
  onSave(): void
  onDiscard(): void
}

/** What would change, before it does: each right, and the people who gain or lose by it. */
export function RolePreview({ changes, role, after, labels, problem, busy, onSave, onDiscard }: Props) {
  const { t } = useTranslation()
  const { data, error, isSuccess, isFetching } = useForeseen(`/identity/roles/${role.id}/preview`, { grants: after })
  return (
    <section className={s.preview} aria-label={t('settings.roles.preview')}>
      <h3>{t('settings.roles.preview')}</h3>
      <ul>
        {changes.map(({ type, action, from, to }) => (
          <li key={`${type} ${action}`}>
            {labels.get(type)}, {t(`settings.actions.${action}`)}: <del>{t(`settings.levels.${from}`)}</del> →{' '}
            <b>{t(`settings.levels.${to}`)}</b>
          </li>
        ))}
      </ul>
      {error && <FailureLine error={error} />}
      {!data && !error && <Bones rows={2} label={t('common.loading')} />}
      {data && !error && <Who foreseen={data} nobody={t('settings.roles.nobody')} />}
      <p role="alert" className={s.problem}>
        {problem}
      </p>
      <footer>
        <Button look="quiet" onClick={onDiscard} disabled={busy}>
          {t('settings.discard')}
        </Button>
        <Button look="primary" onClick={onSave} busy={busy} disabled={!isSuccess || isFetching}>
          {t('common.save')}
        </Button>
      </footer>
    </section>
  )
}
