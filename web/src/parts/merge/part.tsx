import { kind } from '../../meta/fields'
import { useTypes } from '../../meta/use-types'
import { Segments } from '../../ui/segments'
import { useTranslation } from '../../words'
import type { How, What } from './conversion'
import s from './convert.module.css'

interface Props {
  what: What
  how: How
  id?: string
  /** What a new one would be called. */
  named: string
  error?: string
  onHow(how: How): void
  onId(id: string | undefined): void
}

/** One of what a lead becomes: new, one that there is, or none. */
export function Part({ what, how, id, named, error, onHow, onId }: Props) {
  const { t } = useTranslation()
  const label = useTypes().type(what)?.label ?? what
  const field = { name: what, label: t('record.pick', { label }), kind: 'keyword' as const, ref: what }
  const { Edit } = kind(field)
  const pick = (value: unknown) => onId((value as string | null) ?? undefined)
  return (
    <div className={s.part}>
      <h3>{label}</h3>
      <Segments<How>
        label={label}
        value={how}
        onChange={onHow}
        options={[
          { value: 'new', label: t('merge.new') },
          { value: 'old', label: t('merge.existing') },
          { value: 'none', label: t('merge.none') },
        ]}
      />
      <div className={s.detail}>
        {how === 'new' && named}
        {how === 'old' && <Edit place={{ field, names: {} }} value={id} onChange={pick} error={error} bare />}
        {how !== 'old' && error && <span role="alert">{error}</span>}
      </div>
    </div>
  )
}
