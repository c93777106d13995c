import { locale } from '.'

const ODD: Record<string, string> = {
  choose: 'chose',
  keep: 'kept',
  make: 'made',
  reset: 'reset',
  set: 'set',
  stop: 'stopped',
  take: 'took',
  transfer: 'transferred',
  cancel: 'cancelled',
  undo: 'undid',
}

function past(verb: string): string {
  if (ODD[verb]) return ODD[verb]
  if (verb.endsWith('e')) return `${verb}d`
  return /[^aeiou]y$/.test(verb) ? `${verb.slice(0, -1)}ied` : `${verb}ed`
}

/**
 * What somebody did, of the label of its command: English labels are orders, which read badly after a name.
 * `Mark as won` → `marked as won`, `New deal` → `made a new deal`. Chinese verbs stay as they are.
 */
export function did(label: string, language = locale()): string {
  if (language !== 'en') return label
  const [first = '', ...rest] = label.split(' ')
  const verb = first.toLowerCase()
  if (verb === 'new') return `made a ${[verb, ...rest].join(' ')}`
  if (verb === 'no') return [verb, rest[0], past(rest[1] ?? ''), ...rest.slice(2)].join(' ')
  return [past(verb), ...rest].join(' ')
}

/** The same, alone in a message. */
export const wasDone = (label: string): string => {
  const text = did(label)
  return text.charAt(0).toUpperCase() + text.slice(1)
}
