import { useState } from 'react'
import { TextField } from '../../ui/field'
import { useTranslation } from '../../words'
import { FormDialog } from './form-dialog'
import type { Role } from './levels'
import { useSave } from './use-save'

interface Props {
  /** The role whose rights it begins with. */
  from?: Role
  onClose(): void
  onMade(id: string): void
}

export function NewRole({ from, onClose, onMade }: Props) {
  const { t } = useTranslation()
  const { save, busy, problem, errors } = useSave('role', ['zh', 'en'])
  const [zh, setZh] = useState('')
  const [en, setEn] = useState('')
  async function make() {
    const body = { zh: zh || en, en: en || zh, grants: from?.grants ?? {} }
    const done = await save('POST', '/identity/roles', body, t('settings.roles.made'))
    if (done) onMade(done.id)
  }
  return (
    <FormDialog
      title={t(from ? 'settings.roles.copy' : 'settings.roles.new')}
      problem={problem}
      busy={busy}
      written={[zh, en]}
      disabled={!zh && !en}
      send={t('common.add')}
      onSend={() => void make()}
      onClose={onClose}
    >
      <TextField
        label={t('settings.zh')}
        value={zh}
        error={errors.zh}
        onChange={(event) => setZh(event.currentTarget.value)}
        data-autofocus
      />
      <TextField label={t('settings.en')} value={en} error={errors.en} onChange={(event) => setEn(event.currentTarget.value)} />
    </FormDialog>
  )
}
