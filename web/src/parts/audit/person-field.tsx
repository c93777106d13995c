import { type Option, useFound } from '../../meta/fields/found'
import { SelectField } from '../../ui/select'

interface Props {
  label: string
  placeholder: string
  /** The person's id; '' for nobody. */
  value: string
  onChange(id: string): void
  /** What stands above the people. */
  others?: Option[]
}
const NONE: Option[] = []

/** One person of all there are, found by typing: an organisation may have more than a list holds. */
export function PersonField({ label, placeholder, value, onChange, others = NONE }: Props) {
  const isOther = others.some((one) => one.value === value)
  const { options, search, setSearch } = useFound(['user'], value && !isOther ? [value] : [], {})
  return (
    <SelectField
      label={label}
      placeholder={placeholder}
      data={[...others, ...options]}
      value={value || null}
      onChange={(id) => onChange(id ?? '')}
      searchValue={search}
      onSearchChange={setSearch}
      filter={({ options: all }) => all}
      searchable
      clearable
    />
  )
}
