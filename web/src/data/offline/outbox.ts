// What was made without a network: sent in order, once each, as soon as the suite answers. A refused one stays with its
// reason until its owner tries it again or discards it; those behind it go on.
import { call } from '../../api/client'
import { isProblem } from '../../api/problem'
import { store, useStore } from '../../app/store'
import { database, type Waiting } from './database'
import { keptFor } from './kept'

const waiting = store<readonly Waiting[]>([])
const sent = new Set<(count: number) => void>()
const NOT_NOW = ['offline', 'unavailable', 'projection-behind', 'too-many-requests', 'unauthenticated']

export const unsent = (): number => waiting.get().length
export const useOutbox = (): readonly Waiting[] => useStore(waiting)
/** What follows once some were sent. */
export const onSent = (act: (count: number) => void): void => {
  sent.add(act)
}

export async function loadOutbox(): Promise<void> {
  const [db, who] = [await database(), keptFor()]
  waiting.set(db && who ? await db.getAllFromIndex('outbox', 'who', who) : [])
}

/** Keeps a command to be sent later, under the key that it was tried with. False where the browser keeps nothing. */
export async function queue(path: string, body: Record<string, unknown>, key: string, occurredAt: string): Promise<boolean> {
  const [db, who] = [await database(), keptFor()]
  if (!db || !who) return false
  await db.add('outbox', { who, method: 'POST', path, body, key, occurredAt })
  await loadOutbox()
  return true
}

/** Sends what waits, in order. One tab at a time. */
export async function flush(): Promise<void> {
  if ('locks' in navigator) await navigator.locks.request('crm-outbox', sendAll)
  else await sendAll()
}

async function sendAll(): Promise<void> {
  await loadOutbox()
  let count = 0
  for (const one of waiting.get().filter((each) => !each.problem)) {
    const outcome = await sendOne(one)
    if (outcome === 'later') break
    if (outcome === 'sent') count += 1
  }
  await loadOutbox()
  if (count > 0) for (const act of sent) act(count)
}

async function sendOne(one: Waiting): Promise<'sent' | 'later' | 'refused'> {
  const db = await database()
  try {
    await call(one.method, one.path, { body: one.body, key: one.key, occurredAt: one.occurredAt })
    await db?.delete('outbox', one.id as number)
    return 'sent'
  } catch (error) {
    if (!isProblem(error) || NOT_NOW.includes(error.kind) || error.status >= 500) return 'later'
    const problem = error.errors.map(({ message }) => message).join(' ') || error.message
    await db?.put('outbox', { ...one, problem })
    return 'refused'
  }
}

export async function tryAgain(one: Waiting): Promise<void> {
  const { problem: _, ...rest } = one
  await (await database())?.put('outbox', rest)
  await flush()
}

export async function discard(one: Waiting): Promise<void> {
  await (await database())?.delete('outbox', one.id as number)
  await loadOutbox()
}
