import { TagsField } from '../../ui/tags'
import s from './fields.module.css'
import { inputOf, type Kind } from './kind'

const list = (value: unknown) => (Array.isArray(value) ? (value as string[]) : [])

/** Words that people choose freely. */
export const tags: Kind = {
  format: (value) => list(value).join(', '),
  parse: (text) =>
    text
      .split(/[,;，；]/)
      .map((one) => one.trim())
      .filter(Boolean),
  operators: ['contains', 'in', 'ne', 'empty'],
  Show: ({ value }) => (
    <span className={s.tags}>
      {list(value).map((one) => (
        <span key={one}>{one}</span>
      ))}
    </span>
  ),
  Edit: (props) => <TagsField {...inputOf(props)} value={list(props.value)} onChange={props.onChange} />,
}
