import { useState } from 'react'
import { setPreferences, usePreferences } from '../../app/preferences'
import { Button } from '../../ui/button'
import { Drawer } from '../../ui/drawer'
import { useTranslation } from '../../words'
import { Checklist } from './checklist'
import s from './start.module.css'
import { useSteps } from './steps'

const CARD = 'first-steps'

/** At the foot of the side bar, until everything is done or somebody has enough of it. */
export default function StartCard({ onTour }: { onTour(): void }) {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  const { data } = useSteps()
  const { dismissed = [] } = usePreferences()
  if (!data || data.total === 0 || data.done === data.total || dismissed.includes(CARD)) return null
  const hide = () => void setPreferences((now) => ({ ...now, dismissed: [...(now.dismissed ?? []), CARD] }))
  const close = () => setOpen(false)
  return (
    <>
      <button type="button" className={s.card} onClick={() => setOpen(true)} data-tour="start">
        <b>{t('start.title')}</b>
        <small>{t('start.progress', { done: data.done, total: data.total })}</small>
        <progress aria-hidden value={data.done} max={data.total} />
      </button>
      <Drawer open={open} onClose={close} title={t('start.title')}>
        <Checklist steps={data.steps} onLeave={close} />
        <div className={s.foot}>
          <Button
            look="quiet"
            onClick={() => {
              close()
              hide()
            }}
          >
            {t('start.hide')}
          </Button>
          <Button
            onClick={() => {
              close()
              onTour()
            }}
          >
            {t('start.tour')}
          </Button>
        </div>
      </Drawer>
    </>
  )
}
