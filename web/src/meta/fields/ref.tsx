import { Link } from '@tanstack/react-router'
import { Avatar } from '../../ui/avatar'
import { MultiSelectField, SelectField } from '../../ui/select'
import { t } from '../../words'
import s from './fields.module.css'
import { titleOfFound, useFound } from './found'
import { type EditProps, inputOf, type Kind, type Shown, textOf } from './kind'

const typesOf = (field: Shown): string[] => (field.types?.length ? field.types : field.ref ? [field.ref] : [])
const list = (value: unknown) => (Array.isArray(value) ? (value as string[]) : [])

/** The suite names what the caller may read: a word for the rest, and for what it does itself, without a face or a way there. */
const unnamed = (id: string) => t(id === 'system' ? 'timeline.system' : 'common.notShown')

/** Whether all that could be said of it is that it is not shown: where there is little room, nothing is said then. */
export const isUnnamed = (field: Shown, value: unknown, names: Record<string, string>): boolean =>
  typeof value === 'string' && value !== '' && typesOf(field).length > 0 && names[value] === undefined && titleOfFound(value) === undefined

/** A person is a face and a name; another record is a link to its page. */
function One({ id, field, names }: { id: string; field: Shown; names: Record<string, string> }) {
  const title = names[id] ?? titleOfFound(id)
  if (title === undefined) return <span className={s.unnamed}>{unnamed(id)}</span>
  const [type] = typesOf(field)
  if (type === 'user') {
    return (
      <span className={s.person}>
        <Avatar id={id} name={title} />
        {title}
      </span>
    )
  }
  if (type === undefined || typesOf(field).length > 1) return <>{title}</>
  return (
    <Link className={s.link} to="/o/$type/$id" params={{ type, id }} onClick={(event) => event.stopPropagation()}>
      {title}
    </Link>
  )
}

function RefInput(props: EditProps) {
  const value = textOf(props.value)
  const { options, search, setSearch } = useFound(typesOf(props.place.field), value ? [value] : [], props.place.names)
  return (
    <SelectField
      {...inputOf(props)}
      data={options}
      value={value || null}
      onChange={(id) => props.onChange(id ?? (props.place.field.kind === 'keyword' ? null : ''))}
      searchValue={search}
      onSearchChange={setSearch}
      filter={({ options: all }) => all}
      searchable
      clearable
    />
  )
}

function RefsInput(props: EditProps) {
  const { options, search, setSearch } = useFound(typesOf(props.place.field), list(props.value), props.place.names)
  return (
    <MultiSelectField
      {...inputOf(props)}
      data={options}
      value={list(props.value)}
      onChange={props.onChange}
      searchValue={search}
      onSearchChange={setSearch}
      filter={({ options: all }) => all}
    />
  )
}

/** Another record, by its id. */
export const ref: Kind = {
  format: (value, { names }) => (value ? (names[textOf(value)] ?? titleOfFound(textOf(value)) ?? unnamed(textOf(value))) : ''),
  parse: (text) => text.trim() || null,
  operators: ['in', 'ne', 'empty'],
  Show: ({ value, place }) => (value ? <One id={textOf(value)} field={place.field} names={place.names} /> : null),
  Edit: RefInput,
}

export const refs: Kind = {
  format: (value, { names }) =>
    list(value)
      .map((id) => names[id] ?? titleOfFound(id) ?? unnamed(id))
      .join(', '),
  parse: (text) =>
    text
      .split(/[,;，；]/)
      .map((one) => one.trim())
      .filter(Boolean),
  operators: ['in', 'ne', 'empty'],
  Show: ({ value, place }) => (
    <span className={s.several}>
      {list(value).map((id) => (
        <One key={id} id={id} field={place.field} names={place.names} />
      ))}
    </span>
  ),
  Edit: RefsInput,
}
