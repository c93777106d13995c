import { useNavigate } from '@tanstack/react-router'
import type { ObjectDescription } from '../../meta/describe'
import { Button } from '../../ui/button'
import { Empty } from '../../ui/empty'
import { joined } from '../../ui/format'
import { locale, useTranslation } from '../../words'
import s from './list.module.css'

interface Props {
  object: ObjectDescription
  filtered: boolean
  onClear(): void
  onCreate(): void
}
const KNOWN = ['account', 'contact', 'lead', 'opportunity', 'activity', 'product']

/** Nothing there: what the list is for, and the next step. Nothing found: the way back to all. */
export function Nothing({ object, filtered, onClear, onCreate }: Props) {
  const { t } = useTranslation()
  const go = useNavigate()
  if (filtered)
    return (
      <Empty
        title={t('list.nothingFits')}
        text={t('list.nothingFitsText')}
        action={<Button onClick={onClear}>{t('list.showAll')}</Button>}
      />
    )
  const known = KNOWN.includes(object.name)
  return (
    <Empty
      ghost
      title={t('list.nothingYet', { what: locale() === 'en' ? object.plural.toLowerCase() : object.plural })}
      text={known ? t(`list.teach.${object.name}`) : undefined}
      action={
        object.create?.allowed && (
          <>
            <Button look="primary" onClick={onCreate}>
              {object.create.label}
            </Button>
            {known && <Button onClick={() => void go({ to: '/import' })}>{t('nav.import')}</Button>}
          </>
        )
      }
    />
  )
}

/** Narrowed by fields that there are not, or not for this person: what fits, nobody can say. */
export function Unknown({ fields, onClear }: { fields: string[]; onClear(): void }) {
  const { t } = useTranslation()
  return (
    <Empty
      title={t('list.unknownField')}
      text={t('list.unknownFieldText', { fields: joined(fields) })}
      action={<Button onClick={onClear}>{t('list.clearFilters')}</Button>}
    />
  )
}

/** Above a board without a card: what it is for. */
export function Teach({ object }: { object: ObjectDescription }) {
  const { t } = useTranslation()
  return KNOWN.includes(object.name) ? <p className={s.teach}>{t(`list.teach.${object.name}`)}</p> : null
}
