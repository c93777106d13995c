import { MomentField } from '../../ui/date'
import { clockAt, moment, momentAt } from '../../ui/format'
import { dayOf, operators } from './date'
import { inputOf, type Kind } from './kind'

/** A moment of the server as the input takes it: on the clock of the reader. */
export const clockOf = (value: unknown): string | null => (value ? clockAt(new Date(value as string)) : null)

/** And back, with its offset: RFC 3339. */
export const momentOf = (clock: string | null): string | null => (clock && momentAt(clock)?.toISOString()) || null

export const datetime: Kind = {
  format: (value) => (value ? moment(value as string) : ''),
  parse: (text) => {
    const [date = '', time = '00:00'] = text.trim().split(/\s+/)
    const found = dayOf(date)
    if (typeof found !== 'string') return found
    return /^\d{1,2}:\d{2}(:\d{2})?$/.test(time) ? (momentOf(`${found} ${time.padStart(5, '0')}`) ?? undefined) : undefined
  },
  operators,
  Edit: (props) => <MomentField {...inputOf(props)} value={clockOf(props.value)} onChange={(value) => props.onChange(momentOf(value))} />,
}
