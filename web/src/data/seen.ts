import { onSignOut } from '../app/session'

// What this client has written lately: reads ask for at least these versions, so that nobody misses an own change.
const KEPT_MS = 10_000
const MOST = 10 // of one request

interface Written {
  type: string
  id: string
  version: number
  until: number
}

let written: Written[] = []
const own = new Map<string, number>()
const listeners = new Set<(type: string, id: string, version: number) => void>()

/** Hears of each record that this client writes. */
export const onWrote = (listener: (type: string, id: string, version: number) => void): unknown => listeners.add(listener)

const sent = new Map<string, Promise<unknown>>()

/** A command on a record until it is answered: what the live stream tells of the record meanwhile may be its doing. */
export function underWay<T>(id: string, command: Promise<T>): Promise<T> {
  sent.set(id, command)
  const end = () => sent.get(id) === command && sent.delete(id)
  command.then(end, end)
  return command
}

/** The newest command on a record that is under way; undefined where there is none. */
export const sentFor = (id: string): Promise<unknown> | undefined => sent.get(id)

/** Whether the record had come to this version when this client wrote it last: to the person it is no news. */
export const isOwn = (id: string, version: number): boolean => (own.get(id) ?? 0) >= version

/** Somebody else may sign in here: to them all of it is news. */
onSignOut(() => {
  own.clear()
  written = []
})

export function wrote(type: string, id: string, version: number): void {
  const now = Date.now()
  own.set(id, version)
  for (const listener of listeners) listener(type, id, version)
  written = [{ type, id, version, until: now + KEPT_MS }, ...written.filter((one) => one.id !== id && one.until > now)].slice(0, MOST)
}

/** `min_version` of one record. */
export function leastOf(id: string): number | undefined {
  return written.find((one) => one.id === id && one.until > Date.now())?.version
}

/** `min_version` of a list, count or board of a type. */
export function leastFor(type: string): string | undefined {
  const own = written.filter((one) => one.until > Date.now() && one.type === type)
  return own.map((one) => `${one.id}:${one.version}`).join(',') || undefined
}
