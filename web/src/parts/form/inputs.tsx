import type { InputDescription } from '../../meta/describe'
import { kind } from '../../meta/fields'
import type { Doc } from '../../meta/meta'
import type { StagePaths } from '../../meta/stages'
import s from './form.module.css'

export type Values = Record<string, unknown>
interface Props {
  inputs: InputDescription[]
  values: Values
  onChange(name: string, value: unknown): void
  errors: Record<string, string>
  names: Record<string, string>
  stages?: StagePaths
}

const WIDE = ['multiline', 'tags', 'refs', 'choices']

/** One input for each, by its kind; a currency stands next to its amount. Errors stand at their fields. */
export function Inputs({ inputs, values, onChange, errors, names, stages }: Props) {
  const record = { id: '', version: 0, ...values } as Doc
  return (
    <div className={s.inputs}>
      {inputs.map((field, n) => {
        const { Edit } = kind(field)
        const wide = WIDE.includes(field.show) || (n === 0 && !field.currency)
        return (
          <div key={field.name} data-wide={wide || undefined}>
            <Edit
              place={{ field, record, names, stages }}
              value={values[field.name]}
              onChange={(value) => onChange(field.name, value)}
              error={errors[field.name]}
              autoFocus={n === 0}
            />
          </div>
        )
      })}
    </div>
  )
}
