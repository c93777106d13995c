import { type Option, useFound } from '../../meta/fields/found'
import { SelectField } from '../../ui/select'

interface Props {
  label: string
  placeholder: string
  /** The person's id; '' for nobody. */
  value: string
  onChange(id: string): void
  /** The names that the page knows already: of who is chosen, where the address says it. */
  names?: Record<string, string>
  /** What stands above the people. */
  others?: Option[]
}
const NONE: Option[] = []
const NOBODY: Record<string, string> = {}

/** One person of all there are, found by typing: an organisation may have more than a list holds. */
export function PersonField({ label, placeholder, value, onChange, names = NOBODY, others = NONE }: Props) {
  const isOther = others.some((one) => one.value === value)
  const { options, search, setSearch } = useFound(['user'], value && !isOther ? [value] : [], names)
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
