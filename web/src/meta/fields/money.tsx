import { number, money as written } from '../../ui/format'
import type { Kind, Place } from './kind'
import { decimalOf, NumberInput, operators } from './number'

const currencyOf = ({ field, record }: Place): string => (field.currency ? ((record?.[field.currency] as string) ?? '') : '')

export const money: Kind = {
  format: (value, place) => {
    if (value === null || value === undefined || value === '') return ''
    const currency = currencyOf(place)
    return currency ? written(value as string, currency) : number(value as string)
  },
  parse: (text) => decimalOf(text.replace(/[¥￥$€£]/g, '').replace(/^[A-Z]{3}\s|\s[A-Z]{3}$/g, '')),
  operators,
  numeric: true,
  Edit: (props) => <NumberInput {...props} suffix={currencyOf(props.place)} />,
}
