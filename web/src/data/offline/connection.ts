import { store, useStore } from '../../app/store'

/** away: nobody answers. asOf: ms; of the oldest answer that is shown since the page was opened, else of the last that came. */
export interface Connection {
  away: boolean
  asOf: number
}

const ENOUGH = 2 // failures in a row: one alone may be a request that was cut off
const connection = store<Connection>({ away: false, asOf: Date.now() })
const back = new Set<() => void>()
let failures = 0
let last = Date.now()

/** What is to be done when the suite answers again. Answers how to leave it. */
export const onBack = (act: () => void): (() => void) => {
  back.add(act)
  return () => void back.delete(act)
}

export function heard(reached: boolean): void {
  if (!reached) {
    failures += 1
    if (!connection.get().away && (failures >= ENOUGH || !navigator.onLine)) connection.set({ away: true, asOf: last })
    return
  }
  failures = 0
  last = Date.now()
  if (!connection.get().away) return
  connection.set({ away: false, asOf: last })
  for (const act of back) act()
}

/** An answer of this moment is shown. */
export function shown(at: number): void {
  const now = connection.get()
  if (at < now.asOf) connection.set({ ...now, asOf: at })
}

/** Another page: what is shown begins anew. */
export function turnPage(): void {
  const now = connection.get()
  if (now.away && now.asOf !== last) connection.set({ ...now, asOf: last })
}

export const isAway = (): boolean => connection.get().away
export const useConnection = (): Connection => useStore(connection)

/** The last contact of an earlier visit: there was none in this one. */
export function since(at: number): void {
  last = at
  connection.set({ away: true, asOf: at })
}
