import { measured } from '../../ui/format'
import type { Kind } from './kind'
import { NumberInput, number, operators } from './number'

const UNITS: Record<string, string> = { minutes: 'minute', days: 'day' }
const unitOf = (meaning: string | undefined) => UNITS[meaning ?? ''] ?? 'day'

/** A number of minutes or days. */
export const measure: Kind = {
  format: (value, { field }) => (value === null || value === undefined ? '' : measured(Number(value), unitOf(field.meaning), 'short')),
  parse: (text, place) => number.parse(text.replace(/\D+$/u, ''), place),
  operators,
  numeric: true,
  Edit: (props) => (
    <NumberInput {...props} integer suffix={measured(0, unitOf(props.place.field.meaning), 'short').replace(/[\d\s]/g, '')} />
  ),
}
