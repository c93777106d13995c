import { useState } from 'react'
import { TextField } from '../../ui/field'
import { useTranslation } from '../../words'
import { FormDialog } from '../settings/form-dialog'
import type { User } from '../settings/people'
import { useSave } from '../settings/use-save'

const LONGEST = 500

/** For somebody who has lost the telephone and the recovery codes: an administrator makes sure that it is they who ask. */
export default function ResetFactor({ user, onClose }: { user: User; onClose(): void }) {
  const { t } = useTranslation()
  const { name } = user
  const { save, busy, problem } = useSave('user')
  const [reason, setReason] = useState('')
  async function reset() {
    const at = `/identity/users/${user.id}/reset-second-factor`
    if (await save('POST', at, {}, t('factor.isReset', { name }), undefined, reason.trim() || undefined)) onClose()
  }
  return (
    <FormDialog
      title={t('factor.resetTitle', { name })}
      send={t('factor.reset')}
      danger
      busy={busy}
      problem={problem}
      written={reason}
      onSend={() => void reset()}
      onClose={onClose}
    >
      <p>{t('factor.resetText', { name })}</p>
      <TextField
        label={t('factor.reason')}
        value={reason}
        maxLength={LONGEST}
        onChange={(event) => setReason(event.currentTarget.value)}
        data-autofocus
      />
    </FormDialog>
  )
}
