import { Button } from '../../ui/button'
import { Dialog } from '../../ui/dialog'
import { useTranslation } from '../../words'
import { Secret } from './secret'
import s from './settings.module.css'

/** The one time that a key is on the screen. */
export function KeyShown({ secret, onClose }: { secret: string; onClose(): void }) {
  const { t } = useTranslation()
  return (
    <Dialog
      open
      firm
      onClose={onClose}
      title={t('settings.keys.shown')}
      actions={
        <Button look="primary" onClick={onClose}>
          {t('common.done')}
        </Button>
      }
    >
      <div className={s.form}>
        <p>{t('settings.keys.shownText')}</p>
        <Secret text={secret} label={t('settings.keys.shown')} />
      </div>
    </Dialog>
  )
}
