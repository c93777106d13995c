import { TextField } from '../../ui/field'
import { number as written } from '../../ui/format'
import { type EditProps, inputOf, type Kind, textOf } from './kind'

export const operators = ['eq', 'ge', 'le', 'gt', 'lt', 'ne', 'empty'] as const
const UNGROUPED = ['year', 'month']

/** A decimal from what a person writes: spaces, full-width digits, 万 and 亿, and `,` as thousands. undefined = not understood. */
export function decimalOf(text: string): string | null | undefined {
  const plain = text.normalize('NFKC').replace(/[\s,，']/g, '')
  if (plain === '') return null
  const found = /^([+-]?)(\d+(?:\.\d*)?|\.\d+)([万萬亿億km])?$/iu.exec(plain)
  if (found === null) return undefined
  const [, sign, digits = '', unit = ''] = found
  const zeros = { 万: 4, 萬: 4, 亿: 8, 億: 8, k: 3, m: 6 }[unit.toLowerCase()] ?? 0
  return (sign === '-' ? '-' : '') + shifted(digits, zeros)
}

/** Move the point to the right: exact, for money is no float. */
function shifted(digits: string, places: number): string {
  const [whole = '', part = ''] = digits.split('.')
  const moved = `${whole}${part.slice(0, places).padEnd(places, '0')}`.replace(/^0+(?=\d)/, '') || '0'
  const rest = part.slice(places)
  return rest ? `${moved}.${rest}` : moved
}

/** What stands in the input: the text while it is not understood. The server judges it in any case. */
export function NumberInput(props: EditProps & { integer?: boolean; suffix?: string }) {
  const { integer, suffix, onChange } = props
  return (
    <TextField
      {...inputOf(props)}
      inputMode={integer ? 'numeric' : 'decimal'}
      rightSection={suffix ? <span>{suffix}</span> : undefined}
      rightSectionWidth={suffix ? 22 + 9 * suffix.length : undefined}
      value={textOf(props.value)}
      onChange={(event) => onChange(event.currentTarget.value)}
      onBlur={(event) => {
        const found = decimalOf(event.currentTarget.value)
        if (found !== undefined) onChange(integer && found !== null ? Number(found) : found)
      }}
    />
  )
}

export const number: Kind = {
  format: (value, { field }) => {
    if (value === null || value === undefined || value === '') return ''
    return UNGROUPED.includes(field.meaning ?? '') ? String(value) : written(value as string, 12)
  },
  parse: (text, { field }) => {
    const found = decimalOf(text)
    return field.kind === 'integer' && typeof found === 'string' ? Number(found) : found
  },
  operators,
  numeric: true,
  Edit: (props) => <NumberInput {...props} integer={props.place.field.kind === 'integer'} />,
}
