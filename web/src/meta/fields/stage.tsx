import { SelectField } from '../../ui/select'
import s from './fields.module.css'
import { inputOf, type Kind, type Place, textOf } from './kind'

const RAMP = 7
/** The place of a stage on the ramp of colours, 1 to 7. */
export function rampOf({ stages, record }: Place, key: string): number {
  const path = stages?.of(record).filter((stage) => !stage.retired) ?? []
  const at = path.findIndex((stage) => stage.key === key)
  return at < 0 || path.length < 2 ? 1 : 1 + Math.round((at * (RAMP - 1)) / (path.length - 1))
}
const titleOf = ({ stages, record }: Place, key: string) => stages?.title(record, key) ?? ''

/** A place on the path of its record. */
export const stage: Kind = {
  format: (value, place) => (value ? titleOf(place, textOf(value)) : ''),
  parse: (text, { stages, record }) => stages?.of(record).find((one) => one.key === text.trim() || one.title === text.trim())?.key,
  operators: ['in', 'ne'],
  Show: ({ value, place }) => {
    const title = titleOf(place, textOf(value))
    return (
      <span className={s.stage} data-ended={place.ended?.status} title={place.ended && title}>
        <i data-ramp={rampOf(place, textOf(value))} aria-hidden />
        {place.ended?.label ?? title}
      </span>
    )
  },
  Edit: (props) => {
    const open = props.place.stages?.of(props.place.record).filter((one) => !one.retired) ?? []
    const data = open.map((one) => ({ value: one.key, label: one.title }))
    return <SelectField {...inputOf(props)} data={data} value={textOf(props.value) || null} onChange={(key) => props.onChange(key ?? '')} />
  },
}
