import { setPreferences } from '../../app/preferences'
import { Button } from '../../ui/button'
import { Drawer } from '../../ui/drawer'
import { useTranslation } from '../../words'
import { Checklist } from './checklist'
import s from './start.module.css'
import { CARD, useSteps } from './steps'

/** What is worth doing first: over any page, opened by the card of the side bar, on a telephone from "More". */
export default function FirstSteps({ onClose, onTour }: { onClose(): void; onTour(): void }) {
  const { t } = useTranslation()
  const { data } = useSteps()
  const hide = () => void setPreferences((now) => ({ ...now, dismissed: [...(now.dismissed ?? []), CARD] }))
  if (!data || data.total === 0) return null
  return (
    <Drawer open onClose={onClose} title={t('start.title')}>
      <Checklist steps={data.steps} onLeave={onClose} />
      <div className={s.foot}>
        <Button
          look="quiet"
          onClick={() => {
            onClose()
            hide()
          }}
        >
          {t('start.hide')}
        </Button>
        <Button onClick={onTour}>{t('start.tour')}</Button>
      </div>
    </Drawer>
  )
}
