import { useState } from 'react'
import { Button } from '../../ui/button'
import { Dialog } from '../../ui/dialog'
import { useTranslation } from '../../words'
import { PersonPicker } from './found-fields'
import type { User } from './people'
import s from './settings.module.css'
import { useSave } from './use-save'

const NOBODY: Record<string, string> = {}

/** Somebody leaves: they cannot sign in any more, and their open work goes to somebody else. */
export function Leave({ user, onClose }: { user: User; onClose(): void }) {
  const { t } = useTranslation()
  const { save, busy, problem } = useSave('user')
  const [to, setTo] = useState<string | null>(null)
  async function leave() {
    const at = `/identity/users/${user.id}`
    if (to && !(await save('POST', `${at}/hand-over`, { to }, false))) return
    if (await save('POST', `${at}/deactivate`, {}, t('settings.users.hasLeft', { name: user.name }))) onClose()
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('settings.users.leaveTitle', { name: user.name })}
      actions={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button look="danger" busy={busy} onClick={() => void leave()}>
            {t('settings.users.leave')}
          </Button>
        </>
      }
    >
      <div className={s.form}>
        <p>{t('settings.users.leaveText')}</p>
        <PersonPicker
          label={t('settings.users.handOver')}
          description={t('settings.users.handOverHint')}
          value={to}
          names={NOBODY}
          but={user.id}
          active
          onChange={setTo}
        />
        <p role="alert" className={s.problem}>
          {problem}
        </p>
      </div>
    </Dialog>
  )
}
