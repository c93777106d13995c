import { useQuery, useQueryClient } from '@tanstack/react-query'
import { lazy, Suspense, useCallback, useState } from 'react'
import { get } from '../../api/client'
import { Unsaved } from '../../parts/form/unsaved'
import { Waiting } from '../../parts/offline/waiting'
import type { Role } from '../../parts/settings/levels'
import { RoleEditor } from '../../parts/settings/role-editor'
import { roleName } from '../../parts/settings/role-name'
import s from '../../parts/settings/settings.module.css'
import { SettingsPage } from '../../parts/settings/settings-page'
import { Button } from '../../ui/button'
import { SelectField } from '../../ui/select'
import { useTranslation } from '../../words'

const NewRole = lazy(async () => ({ default: (await import('../../parts/settings/new-role')).NewRole }))

export const ROLES = ['settings', 'roles'] as const

/** Which roles have cells that are not saved. */
function useTouched() {
  const [touched, setTouched] = useState<readonly string[]>([])
  const onTouched = useCallback(
    (id: string, now: boolean) =>
      setTouched((all) => (all.includes(id) === now ? all : now ? [...all, id] : all.filter((one) => one !== id))),
    [],
  )
  return { touched, onTouched }
}

/**
 * Roles as a matrix: rows are record types, columns are actions, a cell says how far. What is not saved in a role stays there
 * while another one is looked at.
 */
export default function Roles() {
  const { t } = useTranslation()
  const client = useQueryClient()
  const [chosen, setChosen] = useState<string>()
  const [copying, setCopying] = useState<Role | null>()
  const asked = useQuery({
    queryKey: ROLES,
    queryFn: async ({ signal }) => ({ roles: (await get<{ items: Role[] }>('/identity/access/roles', undefined, signal)).items }),
  })
  const { data } = asked
  const role = data?.roles.find((one) => one.id === chosen) ?? data?.roles[0]
  const { touched, onTouched } = useTouched()
  const kept = data?.roles.filter((one) => one.id !== role?.id && touched.includes(one.id)) ?? []
  const again = () => client.invalidateQueries({ queryKey: ROLES })
  return (
    <SettingsPage
      title={t('settings.pages.roles')}
      lead={t('settings.roles.lead')}
      topic="people"
      wide
      action={
        role && (
          <Button look="primary" onClick={() => setCopying(null)}>
            {t('settings.roles.new')}
          </Button>
        )
      }
    >
      <Waiting on={asked} rows={8} />
      {data && role && (
        <>
          <div className={s.bar}>
            <SelectField
              label={t('settings.roles.role')}
              value={role.id}
              allowDeselect={false}
              onChange={(id) => setChosen(id ?? undefined)}
              data={[
                { group: t('settings.roles.own'), items: data.roles.filter((one) => !one.built_in).map(optionOf) },
                { group: t('settings.roles.builtIn'), items: data.roles.filter((one) => one.built_in).map(optionOf) },
              ].filter(({ items }) => items.length)}
            />
          </div>
          {kept.length > 0 && (
            <p className={s.kept}>
              {t('settings.roles.unsaved')}
              {kept.map((one) => (
                <Button key={one.id} small look="quiet" onClick={() => setChosen(one.id)}>
                  {roleName(one)}
                </Button>
              ))}
            </p>
          )}
          {[role, ...kept].map((one) => (
            <div key={one.id} hidden={one !== role}>
              <RoleEditor role={one} onSaved={again} onCopy={() => setCopying(one)} onTouched={onTouched} />
            </div>
          ))}
          <Unsaved when={() => kept.length > 0 || touched.includes(role.id)} />
        </>
      )}
      <Suspense>
        {copying !== undefined && (
          <NewRole
            from={copying ?? undefined}
            onClose={() => setCopying(undefined)}
            onMade={async (id) => {
              setCopying(undefined)
              await again()
              setChosen(id)
            }}
          />
        )}
      </Suspense>
    </SettingsPage>
  )
}

const optionOf = (role: Role) => ({ value: role.id, label: roleName(role) })
