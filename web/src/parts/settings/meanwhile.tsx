import { useTranslation } from '../../words'
import s from './settings.module.css'
import type { Meanwhile as Moved } from './use-draft'

interface Props {
  moved: Moved[]
  /** What a field is called, and how a value of it reads; '' for an empty one. */
  label(field: string): string
  text?(field: string, value: unknown): string
}

/** What somebody else has saved while this form was open: it stands in the form now, below one's own changes. */
export function Meanwhile({ moved, label, text = plain }: Props) {
  const { t } = useTranslation()
  if (moved.length === 0) return null
  return (
    <section className={s.meanwhile} role="status">
      <b>{t('settings.meanwhile')}</b>
      <ul>
        {moved.map(({ field, from, to }) => (
          <li key={field}>
            {label(field)}: <del>{text(field, from) || t('record.empty')}</del> → <b>{text(field, to) || t('record.empty')}</b>
          </li>
        ))}
      </ul>
    </section>
  )
}

const plain = (_: string, value: unknown): string => (value === null || value === undefined ? '' : String(value))
