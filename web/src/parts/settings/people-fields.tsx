import { type Option, useFound } from '../../meta/fields/found'
import { MultiSelectField, SelectField } from '../../ui/select'

interface Props {
  label: string
  description?: string
  error?: string
  /** The names that the page knows already. */
  names: Record<string, string>
  /** Who cannot be chosen. */
  but?: string
  /** Only those who work here now, not who is invited. */
  active?: boolean
}
const WORKING = { status: 'active' }
const STAYING = { 'status[ne]': 'deactivated' }
const without = (options: Option[], but: string | undefined) => options.filter((one) => one.value !== but)
const BEST_FIRST = ({ options }: { options: Option[] }) => options // the server has judged them

/** One person of all there are, found by typing: an organisation may have more than a list holds. */
export function PersonPicker({
  names,
  but,
  active,
  value,
  onChange,
  ...rest
}: Props & { value: string | null; onChange(id: string | null): void }) {
  const { options, search, setSearch } = useFound(['user'], value ? [value] : [], names, active ? WORKING : STAYING)
  return (
    <SelectField
      {...rest}
      data={without(options, but)}
      value={value}
      onChange={onChange}
      searchValue={search}
      onSearchChange={setSearch}
      filter={BEST_FIRST as never}
      searchable
      clearable
    />
  )
}

/** Several of them. */
export function PeoplePicker({ names, but, active, value, onChange, ...rest }: Props & { value: string[]; onChange(ids: string[]): void }) {
  const { options, search, setSearch } = useFound(['user'], value, names, active ? WORKING : STAYING)
  return (
    <MultiSelectField
      {...rest}
      data={without(options, but)}
      value={value}
      onChange={onChange}
      searchValue={search}
      onSearchChange={setSearch}
      filter={BEST_FIRST as never}
    />
  )
}
