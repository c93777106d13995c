import { useState } from 'react'
import type { ObjectDescription } from '../../meta/describe'
import { bodyOf } from '../../meta/describe'
import { kind, type Place } from '../../meta/fields'
import type { Show } from '../../meta/show'
import { SelectField } from '../../ui/select'
import { TagsField } from '../../ui/tags'
import { useTranslation } from '../../words'
import type { Word } from './acts'
import s from './bulk.module.css'

interface Props {
  object: ObjectDescription
  show: Show
  word: Word
  body: Record<string, unknown>
  onChange(body: Record<string, unknown>): void
}

export function isGiven(word: Word, body: Record<string, unknown>): boolean {
  if (word === 'tag') return ['add', 'remove'].some((name) => ((body[name] as string[] | undefined) ?? []).length > 0)
  if (word === 'assign') return 'owner' in body
  if (word === 'change-stage') return Boolean(body.stage)
  return word === 'archive' || word === 'restore' || Object.keys(body).length > 0
}

export function BulkInput(props: Props) {
  const { word, object, show, body, onChange } = props
  if (word === 'tag') return <Tags {...props} />
  if (word === 'edit') return <OneField {...props} />
  const name = word === 'assign' ? 'owner' : (object.stages?.field ?? 'stage')
  const field = object.field(name)
  if (!field) return null
  const { Edit } = kind(field)
  const place: Place = show.place(field, undefined, {})
  return <Edit place={place} value={body[name] ?? null} onChange={(value) => onChange({ [name]: value })} autoFocus />
}

function Tags({ body, onChange }: Props) {
  const { t } = useTranslation()
  const set = (name: string) => (tags: string[]) => onChange({ ...body, [name]: tags })
  return (
    <div className={s.fields}>
      <TagsField label={t('list.addTags')} value={(body.add as string[] | undefined) ?? []} onChange={set('add')} data-autofocus />
      <TagsField label={t('list.removeTags')} value={(body.remove as string[] | undefined) ?? []} onChange={set('remove')} />
    </div>
  )
}

/** One field gets one value on all of them. */
function OneField({ object, show, onChange }: Props) {
  const { t } = useTranslation()
  const [name, setName] = useState<string | null>(null)
  const [value, setValue] = useState<unknown>(null)
  const fields = object.fields.filter(
    (field) => field.writable && !field.technical && field.show !== 'structure' && field.name !== object.title,
  )
  const field = object.field(name ?? '')
  const set = (next: unknown) => {
    setValue(next)
    if (field) onChange(bodyOf(field, next))
  }
  const Edit = field && kind(field).Edit
  return (
    <div className={s.fields}>
      <SelectField
        label={t('list.field')}
        data={fields.map((one) => ({ value: one.name, label: one.label }))}
        value={name}
        onChange={(next) => {
          setName(next)
          setValue(null)
          onChange({})
        }}
        searchable
        data-autofocus
      />
      {field && Edit && <Edit key={field.name} place={show.place(field, undefined, {})} value={value} onChange={set} />}
    </div>
  )
}
