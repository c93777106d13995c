import { adopt } from '../../app/session'
import { toast } from '../../ui/toast'
import { useTranslation } from '../../words'
import { turnOff } from './own-factor'
import { ProveDialog } from './prove-dialog'

export default function OffDialog({ onClose }: { onClose(): void }) {
  const { t } = useTranslation()
  const done = () => {
    toast({ kind: 'good', text: t('factor.isOff') })
    onClose()
  }
  return (
    <ProveDialog
      title={t('factor.offTitle')}
      text={t('factor.offText')}
      send={t('factor.turnOff')}
      danger
      act={async (proof) => adopt(await turnOff(proof))}
      onDone={done}
      onClose={onClose}
    />
  )
}
