import { useTypes } from '../../meta/use-types'
import { DateField } from '../../ui/date'
import { TextField } from '../../ui/field'
import { SelectField } from '../../ui/select'
import { useTranslation } from '../../words'
import type { Asked } from './answers'
import s from './audit.module.css'
import { PersonField } from './person-field'

/** The conditions, which hold all at once. Texts are asked for when they are left or Enter is pressed. */
export function Filters({ asked, onAsk }: { asked: Asked; onAsk(asked: Asked): void }) {
  const { t } = useTranslation()
  const types = useTypes().all
  const set = (name: keyof Asked) => (value: string | null) => onAsk({ ...asked, [name]: value ?? '' })
  const typed = (name: 'reason' | 'about') => ({
    label: t(`audit.${name}`),
    defaultValue: asked[name],
    onBlur: (event: { currentTarget: { value: string } }) => set(name)(event.currentTarget.value.trim()),
    onKeyDown: (event: { key: string; currentTarget: { value: string } }) =>
      event.key === 'Enter' && set(name)(event.currentTarget.value.trim()),
  })
  return (
    <search className={s.filters} aria-label={t('audit.search')}>
      <PersonField
        label={t('audit.who')}
        others={[{ value: 'system', label: t('timeline.system') }]}
        value={asked.actor}
        onChange={set('actor')}
        placeholder={t('audit.anybody')}
      />
      <SelectField
        label={t('audit.kind')}
        data={[{ value: 'reads', label: t('audit.reads') }, ...types.map(({ name, label }) => ({ value: name, label }))]}
        value={asked.category || null}
        onChange={set('category')}
        placeholder={t('audit.everything')}
        searchable
        clearable
      />
      <TextField {...typed('reason')} />
      <TextField {...typed('about')} placeholder={t('audit.aboutHint')} />
      <DateField label={t('audit.since')} value={asked.since || null} onChange={set('since')} />
      <DateField label={t('audit.until')} value={asked.until || null} onChange={set('until')} />
    </search>
  )
}
