import { useMoment } from '../../data/moment'
import { useTranslation } from '../../words'
import s from './chart.module.css'

/** Figures are asked by their day alone: where one looks by what was known then, the page says that they are not. */
export function KnownNote() {
  const { t } = useTranslation()
  const { known } = useMoment()
  return known ? (
    <p className={s.known} role="note">
      {t('dash.knownNow')}
    </p>
  ) : null
}
