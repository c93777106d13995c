import { store, useStore } from '../app/store'
import type { ObjectDescription } from '../meta/describe'
import { type Doc, fieldValue, same } from '../meta/meta'

/** Two people changed the same fields. before: what was shown when I began. */
export interface Clash {
  object: ObjectDescription
  fields: string[]
  before: Doc
  theirs: Doc
  mine: Record<string, unknown>
}
interface Open extends Clash {
  /** The fields in which mine stays; none = theirs in all of them. */
  choose(mine: string[]): void
}

const open = store<Open | undefined>(undefined)
const CUSTOM = 'custom'

/** Each custom field counts by itself: `custom.tier`, not all that stand within `custom`. */
const namesIn = (values: Record<string, unknown>): string[] =>
  Object.entries(values).flatMap(([name, value]) =>
    name === CUSTOM ? Object.keys((value ?? {}) as object).map((key) => `${CUSTOM}.${key}`) : [name],
  )

/** The fields of mine that somebody else has changed meanwhile, to something else. base: what was shown when I began. */
export const touchedOf = (mine: Record<string, unknown>, base: Doc | undefined, theirs: Doc): string[] =>
  namesIn(mine).filter((name) => {
    const now = fieldValue(theirs, name)
    return !same(fieldValue(base, name), now) && !same(fieldValue(mine as Doc, name), now)
  })

/** A body without some fields. */
export function without(body: Record<string, unknown>, fields: readonly string[]): Record<string, unknown> {
  const { [CUSTOM]: custom, ...plain } = body
  const left = Object.entries((custom ?? {}) as object).filter(([key]) => !fields.includes(`${CUSTOM}.${key}`))
  const rest = Object.fromEntries(Object.entries(plain).filter(([name]) => !fields.includes(name)))
  return left.length > 0 ? { ...rest, [CUSTOM]: Object.fromEntries(left) } : rest
}

let last: Promise<unknown> = Promise.resolve()

/** Ask the person, field by field, whose value stays; one clash after the other. Answers the fields in which it is mine. */
export function clashOver(clash: Clash): Promise<string[]> {
  const answered = last.then(() => ask(clash))
  last = answered
  return answered
}

const ask = (clash: Clash): Promise<string[]> =>
  new Promise((resolve) => {
    open.set({
      ...clash,
      choose: (mine) => {
        open.set(undefined)
        resolve(mine)
      },
    })
  })

export const useClash = (): Open | undefined => useStore(open)
