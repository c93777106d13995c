import type { Query } from '../../api/client'
import { type Option, useFound } from '../../meta/fields/found'
import { MultiSelectField, SelectField } from '../../ui/select'

interface Props {
  label: string
  description?: string
  error?: string
  /** The names that the page knows already. */
  names: Record<string, string>
  /** Which cannot be chosen. */
  but?: string
}
interface OneProps extends Props {
  value: string | null
  onChange(id: string | null): void
}
interface ManyProps extends Props {
  value: string[]
  onChange(ids: string[]): void
}
interface Among {
  type: 'user' | 'team'
  where?: Query
}
const WORKING = { status: 'active' }
const STAYING = { 'status[ne]': 'deactivated' }
const without = (options: Option[], but: string | undefined) => options.filter((one) => one.value !== but)
const BEST_FIRST = ({ options }: { options: Option[] }) => options // the server has judged them

/** One of all there are, found by typing: an organisation may have more than a list holds. */
function One({ type, where, names, but, ...rest }: OneProps & Among) {
  const { options, search, setSearch } = useFound([type], rest.value ? [rest.value] : [], names, where)
  return (
    <SelectField
      {...rest}
      data={without(options, but)}
      searchValue={search}
      onSearchChange={setSearch}
      filter={BEST_FIRST as never}
      searchable
      clearable
    />
  )
}

function Many({ type, where, names, but, ...rest }: ManyProps & Among) {
  const { options, search, setSearch } = useFound([type], rest.value, names, where)
  return (
    <MultiSelectField {...rest} data={without(options, but)} searchValue={search} onSearchChange={setSearch} filter={BEST_FIRST as never} />
  )
}

/** active: only those who work here now, not who is invited. */
export const PersonPicker = ({ active, ...rest }: OneProps & { active?: boolean }) => (
  <One {...rest} type="user" where={active ? WORKING : STAYING} />
)
export const PeoplePicker = (props: ManyProps) => <Many {...props} type="user" where={STAYING} />
export const TeamPicker = (props: OneProps) => <One {...props} type="team" />
export const TeamsPicker = (props: ManyProps) => <Many {...props} type="team" />
