import { Toggle } from '../../ui/field'
import { t } from '../../words'
import type { Kind } from './kind'

const YES = ['yes', 'true', '1', '是', 'y']
const NO = ['no', 'false', '0', '否', 'n', '']

export const boolean: Kind = {
  format: (value) => (value === true ? t('record.yes') : value === false ? t('record.no') : ''),
  parse: (text) => {
    const plain = text.trim().toLowerCase()
    if (YES.includes(plain) || plain === t('record.yes').toLowerCase()) return true
    return NO.includes(plain) || plain === t('record.no').toLowerCase() ? false : undefined
  },
  operators: ['eq'],
  Edit: ({ place, value, onChange, bare }) => (
    <Toggle
      aria-label={bare ? place.field.label : undefined}
      label={bare ? undefined : place.field.label}
      checked={value === true}
      onChange={onChange}
    />
  ),
}
