import type { Action } from '../actions'

/** Letters without accents and case, so that what is typed on any keyboard matches. */
const plain = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()

/** How well a text answers what is typed: 0 not at all; the beginning, then the beginning of a word, then anywhere. */
export function score(typed: string, text: string): number {
  const [wanted, found] = [plain(typed).trim(), plain(text)]
  if (!wanted) return 1
  if (found.startsWith(wanted)) return 4
  if (found.split(/[\s:：·/-]+/).some((word) => word.startsWith(wanted))) return 3
  if (found.includes(wanted)) return 2
  return wanted.split(/\s+/).every((part) => found.includes(part)) ? 1 : 0
}

/** The actions that fit, the best first; equal ones keep their order. */
export function fitting(typed: string, actions: readonly Action[], most: number): Action[] {
  return actions
    .filter((action) => !action.hidden)
    .map((action) => ({ action, points: Math.max(score(typed, action.title), score(typed, action.words ?? '') - 1) }))
    .filter(({ points }) => points > 0)
    .sort((a, b) => b.points - a.points)
    .slice(0, most)
    .map(({ action }) => action)
}

/** A text cut at the ranges that matched: [text, whether it did]. */
export function marked(text: string, ranges: readonly (readonly [number, number])[]): [string, boolean][] {
  const parts: [string, boolean][] = []
  let at = 0
  for (const [from, to] of ranges) {
    if (from > at) parts.push([text.slice(at, from), false])
    parts.push([text.slice(from, to), true])
    at = to
  }
  if (at < text.length) parts.push([text.slice(at), false])
  return parts
}
