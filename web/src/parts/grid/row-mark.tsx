import type { Mark } from '../../data/list-news'
import { useTranslation } from '../../words'
import s from './row-mark.module.css'

/** Says of a row that it stands where it stood, though it would be elsewhere by now. */
export function RowMark({ mark }: { mark: Mark }) {
  const { t } = useTranslation()
  return (
    <span className={s.mark} data-mark={mark} title={t(`list.mark.${mark}Text`)}>
      {t(`list.mark.${mark}`)}
    </span>
  )
}
