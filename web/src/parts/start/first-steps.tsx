import { useEffect, useState } from 'react'
import { setPreferences, usePreferencesKnown } from '../../app/preferences'
import { Button } from '../../ui/button'
import { Drawer } from '../../ui/drawer'
import { useTranslation } from '../../words'
import { Checklist } from './checklist'
import s from './start.module.css'
import { CARD, useOpenSteps, useSteps } from './steps'

/** What is worth doing first: over any page, opened by the card of the side bar, on a telephone from "More". */
export default function FirstSteps({ onClose, onTour }: { onClose(): void; onTour(): void }) {
  const { t } = useTranslation()
  const { data } = useSteps()
  const toDo = useOpenSteps() !== undefined
  const [begun, setBegun] = useState(toDo)
  if (toDo && !begun) setBegun(true) // it stays while the last step is done in it
  const idle = usePreferencesKnown() && data !== undefined && !begun && !toDo
  useEffect(() => {
    if (idle) onClose() // everything is done, or somebody had enough of it: another sign-in link does not bring it back
  }, [idle, onClose])
  const hide = () => void setPreferences((now) => ({ ...now, dismissed: [...(now.dismissed ?? []), CARD] }))
  if (!data || !begun) return null
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
