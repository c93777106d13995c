import { useTranslation } from '../../words'
import s from './start.module.css'
import { useOpenSteps } from './steps'

/** At the foot of the side bar, until everything is done or somebody has enough of it. */
export default function StartCard({ onOpen }: { onOpen(): void }) {
  const { t } = useTranslation()
  const open = useOpenSteps()
  if (!open) return null
  return (
    <button type="button" className={s.card} onClick={onOpen} data-tour="start">
      <b>{t('start.title')}</b>
      <small>{t('start.progress', { done: open.done, total: open.total })}</small>
      <progress aria-hidden value={open.done} max={open.total} />
    </button>
  )
}
