import { useQuery } from '@tanstack/react-query'
import { get } from '../../api/client'
import type { components } from '../../api/schema/root'
import { SelectField } from '../../ui/select'
import { LOCALE_NAMES, LOCALES, locale } from '../../words'
import { type EditProps, inputOf, type Kind, textOf } from './kind'

type Codes = components['schemas']['Codes']
const NAMED: Record<string, Intl.DisplayNamesOptions['type']> = { country: 'region', language: 'language' }
const offered: Record<string, (codes: Codes | undefined) => { value: string; label: string }[]> = {
  country: (codes) => (codes?.countries ?? []).map(({ value, label }) => ({ value, label: `${label} · ${value}` })),
  currency: (codes) => (codes?.currencies ?? []).map(({ value, label }) => ({ value, label: `${value} · ${label}` })),
  language: () => LOCALES.map((value) => ({ value, label: LOCALE_NAMES[value] })),
  time_zone: () => Intl.supportedValuesOf('timeZone').map((value) => ({ value, label: value.replaceAll('_', ' ') })),
}

/** What a code is called in the language of the page; currencies and zones are read by their codes. */
function named(code: string, meaning: string | undefined): string {
  const type = NAMED[meaning ?? '']
  if (!code || !type) return code.replaceAll('_', ' ')
  try {
    return new Intl.DisplayNames(locale(), { type, fallback: 'code' }).of(code) ?? code
  } catch {
    return code
  }
}

function CodeInput(props: EditProps) {
  const meaning = props.place.field.meaning ?? ''
  const { data } = useQuery({
    queryKey: ['codes', locale()],
    staleTime: Number.POSITIVE_INFINITY,
    enabled: meaning === 'country' || meaning === 'currency',
    queryFn: ({ signal }) => get<Codes>('/meta/codes', { language: locale() }, signal),
  })
  const found = offered[meaning]?.(data) ?? []
  const value = textOf(props.value)
  const data_ = !value || found.some((one) => one.value === value) ? found : [{ value, label: named(value, meaning) }, ...found]
  return (
    <SelectField
      {...inputOf(props)}
      data={data_}
      limit={200}
      value={value || null}
      onChange={(chosen) => props.onChange(chosen ?? '')}
      searchable
      clearable
    />
  )
}

/** Countries, currencies, languages and time zones. */
export const code: Kind = {
  format: (value, { field }) => named(textOf(value), field.meaning),
  parse: (text) => text.trim(),
  operators: ['in', 'ne', 'empty'],
  Edit: CodeInput,
}
