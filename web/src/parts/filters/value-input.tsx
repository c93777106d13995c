import { useState } from 'react'
import type { FieldDescription } from '../../meta/describe'
import { kind, type Place } from '../../meta/fields'
import { useFound } from '../../meta/fields/found'
import { TextField } from '../../ui/field'
import { MultiSelectField, SelectField } from '../../ui/select'
import { useTranslation } from '../../words'
import { wordOf } from './say'
import { isRelative, type Leaf, RELATIVE } from './tree'

interface Props {
  field: FieldDescription
  leaf: Leaf
  place: Place
  onChange(value: unknown): void
}

/** What a condition compares with: the input of its kind, and relative values where there are some. */
export function ValueInput(props: Props) {
  const { t } = useTranslation()
  const { field, leaf } = props
  if (leaf.op === 'empty') return <TwoWays {...props} yes={t('list.op.empty')} no={t('list.op.filled')} />
  switch (field.show) {
    case 'date':
    case 'datetime':
      return <DayInput {...props} />
    case 'ref':
    case 'refs':
      return <RefInput {...props} />
    case 'choice':
    case 'choices':
    case 'stage':
      return <ChoiceInput {...props} />
    case 'boolean':
      return <TwoWays {...props} yes={t('common.yes')} no={t('common.no')} />
    default:
      return <PlainInput {...props} />
  }
}

function TwoWays({ field, leaf, onChange, yes, no }: Props & { yes: string; no: string }) {
  const data = [
    { value: 'true', label: yes },
    { value: 'false', label: no },
  ]
  const value = String(leaf.value ?? true)
  return (
    <SelectField aria-label={field.label} data={data} value={value} onChange={(one) => onChange(one === 'true')} allowDeselect={false} />
  )
}

const valuesOf = (leaf: Leaf): string[] =>
  Array.isArray(leaf.value) ? leaf.value.map(String) : leaf.value === undefined || leaf.value === '' ? [] : [String(leaf.value)]

/** Text and numbers as they are typed; a list where the operator takes several. */
function PlainInput({ field, leaf, place, onChange }: Props) {
  const [text, setText] = useState(valuesOf(leaf).join(', '))
  const { numeric, parse } = kind(field)
  const read = (typed: string) => {
    if (leaf.op === 'in') {
      const parts = typed.split(/[,，;；]/).map((one) => one.trim())
      return parts.filter(Boolean)
    }
    return numeric ? (parse(typed, place) ?? undefined) : typed.trim()
  }
  return (
    <TextField
      aria-label={field.label}
      inputMode={numeric ? 'decimal' : undefined}
      value={text}
      maxLength={500}
      onChange={(event) => {
        setText(event.currentTarget.value)
        onChange(read(event.currentTarget.value))
      }}
    />
  )
}

function ChoiceInput({ field, leaf, place, onChange }: Props) {
  const stages = place.stages?.paths.flatMap((path) => place.stages?.of(path.id) ?? []) ?? []
  const data =
    field.show === 'stage'
      ? [...new Map(stages.map((stage) => [stage.key, { value: stage.key, label: stage.title }])).values()]
      : (field.options ?? []).map((value) => ({ value, label: field.option_labels?.[value] ?? value }))
  const values = valuesOf(leaf)
  if (leaf.op === 'in') return <MultiSelectField aria-label={field.label} data={data} value={values} onChange={onChange} />
  return <SelectField aria-label={field.label} data={data} value={values[0] ?? null} onChange={(value) => onChange(value ?? undefined)} />
}

function RefInput({ field, leaf, place, onChange }: Props) {
  const { t } = useTranslation()
  const types = field.types?.length ? field.types : field.ref ? [field.ref] : []
  const values = valuesOf(leaf)
  const known = values.filter((id) => !id.startsWith('@'))
  const { options, search, setSearch } = useFound(types, known, place.names)
  const relative = types.includes('user')
    ? [
        { value: '@me', label: t('list.me') },
        { value: '@my_team', label: t('list.myTeam') },
      ]
    : []
  const more = { 'aria-label': field.label, data: [...relative, ...options], searchValue: search, onSearchChange: setSearch }
  if (leaf.op === 'in') return <MultiSelectField {...more} value={values} onChange={onChange} />
  return <SelectField {...more} searchable value={values[0] ?? null} onChange={(value) => onChange(value ?? undefined)} />
}

const DAY = '='

/** A word such as `this_month`, or a day of the calendar. */
function DayInput({ field, leaf, place, onChange }: Props) {
  const { t } = useTranslation()
  const value = String(leaf.value ?? '')
  const [exact, setExact] = useState(value !== '' && !isRelative(value))
  const known: readonly string[] = RELATIVE
  const words = isRelative(value) && !known.includes(value) ? [...known, value] : known
  const data = [...words.map((word) => ({ value: word, label: wordOf(word) ?? word })), { value: DAY, label: t('list.exactDay') }]
  const { Edit } = kind({ ...field, show: 'date' })
  const choose = (word: string | null) => {
    setExact(word === DAY)
    onChange(word === DAY ? undefined : (word ?? undefined))
  }
  return (
    <>
      <SelectField aria-label={field.label} data={data} value={exact ? DAY : value || null} allowDeselect={false} onChange={choose} />
      {exact && <Edit place={place} value={isRelative(value) ? '' : value} onChange={(day) => onChange(day ?? undefined)} bare />}
    </>
  )
}
