import { MomentField } from '../../ui/date'
import { moment } from '../../ui/format'
import { dayOf, operators } from './date'
import { inputOf, type Kind } from './kind'

const two = (part: number) => String(part).padStart(2, '0')

/** A moment of the server as the input takes it: on the clock of the reader. */
export function clockOf(value: unknown): string | null {
  if (!value) return null
  const at = new Date(value as string)
  const [date, time] = [
    [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())],
    [at.getHours(), at.getMinutes(), at.getSeconds()].map(two),
  ]
  return `${date.join('-')} ${time.join(':')}`
}

/** And back, with its offset: RFC 3339. */
export function momentOf(clock: string | null): string | null {
  if (!clock) return null
  const at = new Date(clock.replace(' ', 'T'))
  return Number.isNaN(at.getTime()) ? null : at.toISOString()
}

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
