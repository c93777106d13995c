import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { get } from '../../api/client'
import { useMe } from '../../app/session'
import { leastOf } from '../../data/seen'
import { Button } from '../../ui/button'
import { useTranslation } from '../../words'
import { Waiting } from '../offline/waiting'
import { useResources } from './foreseen'
import { type Action, cellsOf, changesOf, type Grants, grantsOf, type Role, withLevel } from './levels'
import { Meanwhile } from './meanwhile'
import { RoleMatrix } from './role-matrix'
import { RolePreview } from './role-preview'
import s from './settings.module.css'
import { useDraft } from './use-draft'
import { useSave } from './use-save'

interface Props {
  role: Role
  onSaved(): Promise<unknown>
  onCopy(): void
  /** Whether something in it is not saved yet. */
  onTouched(role: string, touched: boolean): void
}

/** A role of one's own is read by itself: with its version, so that nobody overwrites what they have not seen. */
export function RoleEditor(props: Props) {
  const { role } = props
  const asked = useQuery({
    queryKey: ['settings', 'role', role.id],
    enabled: !role.built_in,
    staleTime: 0,
    queryFn: ({ signal }) =>
      get<{ version: number; grants?: Grants }>(`/identity/roles/${role.id}`, { min_version: leastOf(role.id) }, signal),
  })
  if (role.built_in) return <Editor {...props} />
  if (!asked.data) return <Waiting on={asked} rows={8} />
  const { version, grants = {} } = asked.data
  return <Editor {...props} role={{ ...role, version, grants }} />
}

/** Changes are gathered, shown with what they do to people, and saved at once. */
function Editor({ role, onSaved, onCopy, onTouched }: Props) {
  const { t } = useTranslation()
  const { save, busy, problem } = useSave('role')
  const draft = useDraft(cellsOf(role.grants), role.version)
  const [before, grants] = [grantsOf(draft.before), grantsOf(draft.now)]
  const rights = useMe().rights
  const labelOf = useResources()
  const all = Object.keys(rights).flatMap((name) => (labelOf(name) ? [{ name, label: labelOf(name) }] : []))
  const changes = changesOf(
    before,
    grants,
    all.map((row) => row.name),
  )
  const touched = changes.length > 0
  useEffect(() => onTouched(role.id, touched), [onTouched, role.id, touched])
  const cellLabel = (cell: string) => {
    const [type = '', action = ''] = cell.split(' ')
    return `${type === '*' ? '*' : labelOf(type) || type}, ${action === '*' ? '*' : t(`settings.actions.${action as Action}`)}`
  }
  async function keep() {
    const done = await save('PATCH', `/identity/roles/${role.id}`, { grants }, t('settings.roles.saved'), draft.version)
    if (done) await onSaved()
  }
  return (
    <>
      {role.built_in && (
        <div className={s.note}>
          <p>{t('settings.roles.builtInText')}</p>
          <Button small onClick={onCopy}>
            {t('settings.roles.copy')}
          </Button>
        </div>
      )}
      <Meanwhile
        moved={draft.meanwhile}
        label={cellLabel}
        text={(_, level) => t(`settings.levels.${typeof level === 'string' ? level : 'none'}`)}
      />
      <RoleMatrix
        rows={all}
        grants={grants}
        before={before}
        locked={role.built_in}
        onChange={(type, action, level) => draft.setNow(cellsOf(withLevel(grants, type, action, level)))}
      />
      {touched && (
        <RolePreview
          changes={changes}
          role={role}
          after={grants}
          labels={new Map(all.map((row) => [row.name, row.label]))}
          problem={problem}
          busy={busy}
          onSave={() => void keep()}
          onDiscard={() => draft.setNow(draft.before)}
        />
      )}
    </>
  )
}
