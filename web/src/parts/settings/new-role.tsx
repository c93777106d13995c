import { useState } from 'react'
import { Button } from '../../ui/button'
import { Dialog } from '../../ui/dialog'
import { TextField } from '../../ui/field'
import { useTranslation } from '../../words'
import { useChanged, useGuard } from '../form/unsaved'
import type { Role } from './levels'
import s from './settings.module.css'
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
  const { close, guard } = useGuard(useChanged([zh, en]), onClose)
  async function make() {
    const body = { zh: zh || en, en: en || zh, grants: from?.grants ?? {} }
    const done = await save('POST', '/identity/roles', body, t('settings.roles.made'))
    if (done) onMade(done.id)
  }
  return (
    <>
      <Dialog
        open
        onClose={close}
        title={t(from ? 'settings.roles.copy' : 'settings.roles.new')}
        actions={
          <>
            <Button onClick={close}>{t('common.cancel')}</Button>
            <Button look="primary" busy={busy} disabled={!zh && !en} onClick={() => void make()}>
              {t('common.add')}
            </Button>
          </>
        }
      >
        <div className={s.form}>
          <TextField
            label={t('settings.zh')}
            value={zh}
            error={errors.zh}
            onChange={(event) => setZh(event.currentTarget.value)}
            data-autofocus
          />
          <TextField label={t('settings.en')} value={en} error={errors.en} onChange={(event) => setEn(event.currentTarget.value)} />
          <p role="alert" className={s.problem}>
            {problem}
          </p>
        </div>
      </Dialog>
      {guard}
    </>
  )
}
