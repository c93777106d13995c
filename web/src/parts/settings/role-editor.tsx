import { useState } from 'react'
import { useMe } from '../../app/session'
import { Button } from '../../ui/button'
import { useTranslation } from '../../words'
import { useResources } from './foreseen'
import { changesOf, type Grants, type Role, withLevel } from './levels'
import { RoleMatrix } from './role-matrix'
import { RolePreview } from './role-preview'
import s from './settings.module.css'
import { useSave } from './use-save'

interface Props {
  role: Role
  onSaved(): Promise<unknown>
  onCopy(): void
}

/** Changes are gathered, shown with what they do to people, and saved at once. */
export function RoleEditor({ role, onSaved, onCopy }: Props) {
  const { t } = useTranslation()
  const { save, busy, problem } = useSave('role')
  const [grants, setGrants] = useState<Grants>(role.grants)
  const rights = useMe().rights
  const labelOf = useResources()
  const all = Object.keys(rights).flatMap((name) => (labelOf(name) ? [{ name, label: labelOf(name) }] : []))
  const changes = changesOf(
    role.grants,
    grants,
    all.map((row) => row.name),
  )
  async function keep() {
    const done = await save('PATCH', `/identity/roles/${role.id}`, { grants }, t('settings.roles.saved'))
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
      <RoleMatrix
        rows={all}
        grants={grants}
        before={role.grants}
        locked={role.built_in}
        onChange={(type, action, level) => setGrants(withLevel(grants, type, action, level))}
      />
      {changes.length > 0 && (
        <RolePreview
          changes={changes}
          role={role}
          after={grants}
          labels={new Map(all.map((row) => [row.name, row.label]))}
          problem={problem}
          busy={busy}
          onSave={() => void keep()}
          onDiscard={() => setGrants(role.grants)}
        />
      )}
    </>
  )
}
