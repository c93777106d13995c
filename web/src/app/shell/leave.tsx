import { useOutbox } from '../../data/offline/outbox'
import { Button } from '../../ui/button'
import { Dialog } from '../../ui/dialog'
import { useTranslation } from '../../words'
import { useLeave } from './use-leave'

/** Nobody loses what they made offline by signing out: it is asked first. */
export default function Leave({ onClose }: { onClose(): void }) {
  const { t } = useTranslation()
  const leave = useLeave()
  const count = useOutbox().length
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('offline.unsent', { count })}
      size={420}
      firm
      actions={
        <>
          <Button onClick={() => void leave(true)}>{t('offline.lose')}</Button>
          <Button look="primary" onClick={onClose}>
            {t('record.stay')}
          </Button>
        </>
      }
    >
      {t('offline.unsentText')}
    </Dialog>
  )
}
