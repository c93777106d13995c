import { percent as written } from '../../ui/format'
import type { Kind } from './kind'
import { decimalOf, NumberInput, operators } from './number'

/** In hundredths: 40 is 40 %. */
export const percent: Kind = {
  format: (value) => (value === null || value === undefined || value === '' ? '' : written(value as string)),
  parse: (text, { field }) => {
    const found = decimalOf(text.replace(/[%％]/g, ''))
    return field.kind === 'integer' && typeof found === 'string' ? Number(found) : found
  },
  operators,
  numeric: true,
  Edit: (props) => <NumberInput {...props} integer={props.place.field.kind === 'integer'} suffix="%" />,
}
