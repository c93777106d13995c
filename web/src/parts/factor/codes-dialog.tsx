import { useState } from 'react'
import { Dialog } from '../../ui/dialog'
import { useTranslation } from '../../words'
import { renewCodes } from './own-factor'
import { ProveDialog } from './prove-dialog'
import { RecoveryCodes } from './recovery-codes'

/** Others in place of those from before. */
export default function CodesDialog({ onClose }: { onClose(): void }) {
  const { t } = useTranslation()
  const [codes, setCodes] = useState<string[]>()
  if (codes)
    return (
      <Dialog open once size={560} onClose={onClose} title={t('factor.codesTitle')}>
        <RecoveryCodes codes={codes} onDone={onClose} />
      </Dialog>
    )
  return (
    <ProveDialog
      title={t('factor.newCodes')}
      text={t('factor.newCodesText')}
      send={t('factor.newCodes')}
      act={renewCodes}
      onDone={(done) => setCodes(done.recovery_codes)}
      onClose={onClose}
    />
  )
}
