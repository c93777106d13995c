import { useCallback, useEffect, useRef, useState } from 'react'
import { call } from '../../api/client'
import { isProblem } from '../../api/problem'
import { Button } from '../../ui/button'
import { Dialog } from '../../ui/dialog'
import { TextField } from '../../ui/field'
import { MultiSelectField } from '../../ui/select'
import { useTranslation } from '../../words'
import { FormDialog } from './form-dialog'
import { TeamsPicker } from './found-fields'
import { type User, useRoles } from './people'
import { roleName } from './role-name'
import { Secret } from './secret'
import s from './settings.module.css'
import { useSave } from './use-save'

const NONE = {}
const USUAL = 'sales_representative' // a built-in role; without one somebody sees nothing

interface Props {
  /** A user who only needs another link. */
  user?: User
  onClose(): void
}

/** Name, address, roles; then the link to pass on. */
export function InviteUser({ user, onClose }: Props) {
  const { t } = useTranslation()
  const { save, busy, errors, problem } = useSave('user', ['name', 'email', 'roles', 'teams'])
  const [values, setValues] = useState({ name: '', email: '', roles: undefined as string[] | undefined, teams: [] as string[] })
  const [link, setLink] = useState('')
  const [refused, setRefused] = useState('')
  const roles = useRoles().data?.items
  const chosen = values.roles ?? (roles?.some((role) => role.id === USUAL) ? [USUAL] : [])
  const issue = useCallback(async (id: string) => {
    try {
      const { path } = await call<{ path: string }>('POST', `/identity/users/${id}/invitation`)
      setLink(window.location.origin + path)
    } catch (error) {
      setRefused(isProblem(error) ? error.message : '')
    }
  }, [])
  const asked = useRef(false)
  useEffect(() => {
    if (user && !asked.current) void issue(user.id)
    asked.current = true
  }, [user, issue])
  async function invite() {
    const made = await save('POST', '/identity/users', { ...values, roles: chosen }, false)
    if (made) await issue(made.id)
  }
  const set = (change: Partial<typeof values>) => setValues({ ...values, ...change })
  if (link || user)
    return (
      <Dialog
        open
        onClose={onClose}
        firm={Boolean(link)}
        title={t('settings.users.link')}
        actions={
          <Button look="primary" onClick={onClose}>
            {t('common.done')}
          </Button>
        }
      >
        <div className={s.form}>
          {link && (
            <>
              <p>{t('settings.users.linkText', { name: user?.name ?? values.name })}</p>
              <Secret text={link} label={t('settings.users.link')} />
            </>
          )}
          <p role="alert" className={s.problem}>
            {refused}
          </p>
        </div>
      </Dialog>
    )
  return (
    <FormDialog
      title={t('settings.users.invite')}
      problem={refused || problem}
      busy={busy}
      written={values}
      send={t('settings.users.make')}
      onSend={() => void invite()}
      onClose={onClose}
    >
      <TextField
        label={t('settings.users.name')}
        value={values.name}
        error={errors.name}
        onChange={(event) => set({ name: event.currentTarget.value })}
        data-autofocus
      />
      <TextField
        type="email"
        label={t('session.email')}
        value={values.email}
        error={errors.email}
        onChange={(event) => set({ email: event.currentTarget.value })}
      />
      <MultiSelectField
        label={t('settings.pages.roles')}
        description={t('settings.users.rolesHint')}
        value={chosen}
        error={errors.roles}
        data={(roles ?? []).map((role) => ({ value: role.id, label: roleName(role) }))}
        onChange={(next) => set({ roles: next })}
      />
      <TeamsPicker
        label={t('settings.pages.teams')}
        value={values.teams}
        error={errors.teams}
        names={NONE}
        onChange={(next) => set({ teams: next })}
      />
    </FormDialog>
  )
}
