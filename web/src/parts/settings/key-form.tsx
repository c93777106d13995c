import { useState } from 'react'
import { useMe } from '../../app/session'
import { useTypes } from '../../meta/use-types'
import { TextField, Toggle } from '../../ui/field'
import { MultiSelectField, SelectField } from '../../ui/select'
import { useTranslation } from '../../words'
import { FormDialog } from './form-dialog'
import { roleName } from './role-name'
import { type Saved, useSave } from './use-save'

const DAYS = [30, 90, 180, 365]

/** A key acts in the name of who makes it, so its role is one of theirs. */
export function KeyForm({ onClose, onMade }: { onClose(): void; onMade(key: string): void }) {
  const { t } = useTranslation()
  const { roles } = useMe()
  const types = useTypes()
  const { save, busy, errors, problem } = useSave('api_key', ['name', 'role', 'scopes', 'expires_at'])
  const [now, setNow] = useState({ name: '', role: roles[0]?.id ?? '', readOnly: true, types: [] as string[], days: 90 })
  async function make() {
    const body = {
      name: now.name,
      role: now.role,
      scopes: { read_only: now.readOnly, types: now.types },
      expires_at: new Date(Date.now() + now.days * 86_400_000).toISOString(),
    }
    const done = await save<Saved & { key: string }>('POST', '/identity/api-keys', body, false)
    if (done) onMade(done.key)
  }
  return (
    <FormDialog
      title={t('settings.keys.new')}
      problem={problem}
      busy={busy}
      written={now}
      disabled={!now.name.trim()}
      send={t('settings.keys.make')}
      onSend={() => void make()}
      onClose={onClose}
    >
      <TextField
        label={t('settings.keys.name')}
        description={t('settings.keys.nameHint')}
        value={now.name}
        error={errors.name}
        onChange={(event) => setNow({ ...now, name: event.currentTarget.value })}
        data-autofocus
      />
      <SelectField
        label={t('settings.roles.role')}
        value={now.role}
        error={errors.role}
        allowDeselect={false}
        data={roles.map((role) => ({ value: role.id, label: roleName(role) }))}
        onChange={(role) => setNow({ ...now, role: role ?? '' })}
      />
      <MultiSelectField
        label={t('settings.keys.types')}
        description={t('settings.keys.typesHint')}
        value={now.types}
        error={errors.scopes}
        data={types.all.map((type) => ({ value: type.name, label: type.plural }))}
        onChange={(next) => setNow({ ...now, types: next })}
      />
      <SelectField
        label={t('settings.keys.expires')}
        value={String(now.days)}
        error={errors.expires_at}
        allowDeselect={false}
        data={DAYS.map((count) => ({ value: String(count), label: t('settings.keys.days', { count }) }))}
        onChange={(days) => setNow({ ...now, days: Number(days) })}
      />
      <Toggle label={t('settings.keys.readOnly')} checked={now.readOnly} onChange={(readOnly) => setNow({ ...now, readOnly })} />
    </FormDialog>
  )
}
