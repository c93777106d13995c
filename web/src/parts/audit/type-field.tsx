import { SelectField } from '../../ui/select'
import { useTranslation } from '../../words'
import { type Asked, useEventTypes, useWording } from './answers'

/** A type of event, by what it is called; of the chosen record type those whose names begin with it, or with none: they may be its own. */
export function TypeField({ asked, onChange }: { asked: Asked; onChange(type: string | null): void }) {
  const { t } = useTranslation()
  const { whole } = useWording()
  const all = useEventTypes().data?.items ?? []
  const named = all.map((value) => ({ value, ...whole(value) }))
  const fitting = named.filter(({ value, record }) => !asked.category || !record || record === asked.category || value === asked.type)
  const shown = (fitting.length > 0 ? fitting : named).sort((a, b) => a.label.localeCompare(b.label))
  return (
    <SelectField
      label={t('audit.type')}
      data={shown.map(({ value, label }) => ({ value, label }))}
      value={asked.type ?? null}
      onChange={onChange}
      placeholder={t('audit.everything')}
      searchable
      clearable
    />
  )
}
