import { TextArea, TextField } from '../../ui/field'
import { inputOf, type Kind, textOf } from './kind'

const operators = ['contains', 'eq', 'ne', 'prefix', 'in', 'empty'] as const

/** A line. */
export const text: Kind = {
  format: textOf,
  parse: (line) => line.trim(),
  operators,
  Edit: (props) => (
    <TextField {...inputOf(props)} value={textOf(props.value)} onChange={(event) => props.onChange(event.currentTarget.value)} />
  ),
}

/** Several lines. */
export const multiline: Kind = {
  ...text,
  parse: (lines) => lines,
  operators: ['contains', 'empty'],
  Edit: (props) => (
    <TextArea {...inputOf(props)} value={textOf(props.value)} onChange={(event) => props.onChange(event.currentTarget.value)} />
  ),
}
