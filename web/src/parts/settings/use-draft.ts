import { useState } from 'react'

type Values = Record<string, unknown>
/** One value that somebody else has changed since the form was opened. */
export interface Meanwhile {
  field: string
  from: unknown
  to: unknown
}

/** Of one content; what is not there is null. */
export const same = (a: unknown, b: unknown): boolean => JSON.stringify(a ?? null) === JSON.stringify(b ?? null)
const fieldsOf = (...all: object[]): string[] => [...new Set(all.flatMap((one) => Object.keys(one)))]

/** What others changed: from what the form began with, to what is saved now. What I wrote as well is no news. */
export function movedIn(before: object, now: object, live: object): Meanwhile[] {
  const [was, mine, theirs] = [before as Values, now as Values, live as Values]
  return fieldsOf(was, theirs)
    .filter((field) => !same(was[field], theirs[field]) && !same(mine[field], theirs[field]))
    .map((field) => ({ field, from: was[field], to: theirs[field] }))
}

/** My own changes, on top of what is saved now. */
export function rebased<V extends object>(before: V, now: V, live: V): V {
  const [was, mine, theirs] = [before as Values, now as Values, live as Values]
  const kept = fieldsOf(was, mine, theirs).map((field) => [field, same(was[field], mine[field]) ? theirs[field] : mine[field]] as const)
  return Object.fromEntries(kept.filter(([, value]) => value !== undefined)) as V
}

/**
 * What somebody writes about a record that others may save meanwhile. live: its values as they are known now, at `version`.
 * A newer version brings its values in where the person has not changed them, and is told in `meanwhile`.
 */
export function useDraft<V extends object>(live: V, version: number | undefined) {
  const [base, setBase] = useState({ values: live, version })
  const [now, setNow] = useState(live)
  const [meanwhile, setMeanwhile] = useState<Meanwhile[]>([])
  if (version !== undefined && version > (base.version ?? 0)) {
    setMeanwhile(movedIn(base.values, now, live))
    setNow(rebased(base.values, now, live))
    setBase({ values: live, version })
  }
  return { before: base.values, version: base.version, now, setNow, meanwhile }
}
