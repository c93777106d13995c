import { MultiSelectField, SelectField } from '../../ui/select'
import { inputOf, type Kind, type Shown, textOf } from './kind'

const labelOf = (field: Shown, option: string) => field.option_labels?.[option] ?? option
const optionsOf = (field: Shown) => (field.options ?? []).map((value) => ({ value, label: labelOf(field, value) }))
const optionOf = (field: Shown, text: string) =>
  field.options?.find((one) => one === text || labelOf(field, one).toLowerCase() === text.toLowerCase())
const list = (value: unknown) => (Array.isArray(value) ? (value as string[]) : [])

/** One of a closed set. */
export const choice: Kind = {
  format: (value, { field }) => labelOf(field, textOf(value)),
  parse: (text, { field }) => (text.trim() ? optionOf(field, text.trim()) : ''),
  operators: ['in', 'ne', 'empty'],
  Edit: (props) => (
    <SelectField
      {...inputOf(props)}
      data={optionsOf(props.place.field)}
      value={textOf(props.value) || null}
      onChange={(value) => props.onChange(value ?? '')}
      clearable={!props.place.field.required}
    />
  ),
}

/** Several of a closed set. */
export const choices: Kind = {
  format: (value, { field }) =>
    list(value)
      .map((one) => labelOf(field, one))
      .join(', '),
  parse: (text, { field }) => {
    const found = text
      .split(/[,;，；]/)
      .filter((one) => one.trim())
      .map((one) => optionOf(field, one.trim()))
    return found.includes(undefined) ? undefined : found
  },
  operators: ['in', 'ne', 'empty'],
  Edit: (props) => (
    <MultiSelectField {...inputOf(props)} data={optionsOf(props.place.field)} value={list(props.value)} onChange={props.onChange} />
  ),
}
