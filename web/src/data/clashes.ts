import { store, useStore } from '../app/store'
import type { ObjectDescription } from '../meta/describe'
import type { Doc } from '../meta/meta'

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

/** Ask the person, field by field, whose value stays. Answers the fields in which it is mine. */
export function clashOver(clash: Clash): Promise<string[]> {
  return new Promise((resolve) => {
    open.set({
      ...clash,
      choose: (mine) => {
        open.set(undefined)
        resolve(mine)
      },
    })
  })
}

export const useClash = (): Open | undefined => useStore(open)
