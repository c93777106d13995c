import type { ObjectDescription } from '../../meta/describe'
import { deviceName } from '../me/device'

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const parts = (type: string): string[] => (type.split('.').at(-1) ?? type).split(/(?<=[a-z])(?=[A-Z])/)

/** The end of an event's name that has words, and what stands before it: `AccountTagsChanged` → `TagsChanged`. The longest one says most. */
export function splitOf(type: string, known: (end: string) => boolean): { of: string[]; end?: string } {
  const words = parts(type)
  const at = words.findIndex((_, n) => known(words.slice(n).join('')))
  return at < 0 ? { of: [] } : { of: words.slice(0, at), end: words.slice(at).join('') }
}

/** Its name as separate words: what is left where no end is known. */
export const spelled = (type: string): string => parts(type).join(' ')

/**
 * What a record is called, for people: a code by its label, a browser by its name.
 * Undefined where there is nothing to read: the titles of some types are ids.
 */
export function titleOf(record: { type: string; title?: string }, object: ObjectDescription | undefined): string | undefined {
  const { title } = record
  if (!title || ID.test(title)) return undefined
  if (record.type === 'session') return deviceName(title) || undefined
  return object?.field(object.title)?.option_labels?.[title] ?? title
}
