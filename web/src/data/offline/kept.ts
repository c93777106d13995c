// Answers that this person has opened, kept for the time without a network: by user and address, the newest few, gone at
// sign-out, when access ends, and when somebody else signs in. Tokens are in none of them.
import { shown, since } from './connection'
import { type Database, database } from './database'

const MOST = 400 // answers
const LARGEST = 400_000 // characters of one
const ALTOGETHER = 16_000_000
const DAYS = 30
const EVERY = 25 // writes between two prunings
const DAY_MS = 86_400_000
const ME = '/identity/me'
/** What is of this moment alone, of operators, or made to be used once. */
const NEVER =
  /^\/(?:audit|bulk|changes|imports|integration|search|readyz|analytics\/sql|identity\/(?:sessions|api-keys|invitations|me\/second-factor))\b/

let who: string | undefined
let written = 0

/** The same question, whatever it asks to be seen at least. */
export function keyOf(address: string): string {
  const [path = '', query = ''] = address.split('?')
  const asked = new URLSearchParams(query)
  asked.delete('min_version')
  asked.sort()
  const text = asked.toString()
  return text ? `${path}?${text}` : path
}

export const mayBeKept = (address: string): boolean => !NEVER.test(address)

interface Person {
  tenant: string
  user: { id: string }
}
export const nameOf = (me: Person): string => `${me.tenant}/${me.user.id}`
export const keptFor = (): string | undefined => who

/** From now on answers are this person's. What another one left on the device goes first, but for what they have not sent: it waits for them. */
export async function keepFor(me: Person): Promise<void> {
  who = nameOf(me)
  const db = await database()
  if (!db) return
  if ((await db.get('device', 'who')) !== who) await Promise.all([db.clear('answers'), db.clear('device')])
  await db.put('device', who, 'who')
  keep(ME, me)
}

/** Who was signed in last on this device: for a start without a network. */
export async function lastPerson<T extends Person>(): Promise<T | undefined> {
  const db = await database()
  const name = await db?.get('device', 'who')
  const found = name ? await db?.get('answers', [name, ME]) : undefined
  if (!found) return undefined
  who = name
  since(found.at)
  return found.answer as T
}

export function keep(address: string, answer: unknown): void {
  if (who === undefined || answer === undefined || !mayBeKept(address)) return
  void put(who, keyOf(address), answer).catch(() => undefined)
}

async function put(owner: string, address: string, answer: unknown): Promise<void> {
  const size = JSON.stringify(answer).length
  const db = size > LARGEST ? undefined : await database()
  if (!db || who !== owner) return
  await db.put('answers', { who: owner, address, at: Date.now(), size, answer })
  written += 1
  if (written % EVERY === 0) await prune(db)
}

/** Drops the oldest beyond what is kept. */
export async function prune(db: Database, now = Date.now()): Promise<void> {
  let [count, size] = [0, 0]
  let cursor = await db.transaction('answers', 'readwrite').store.index('at').openCursor(null, 'prev')
  while (cursor) {
    count += 1
    size += cursor.value.size
    if (count > MOST || size > ALTOGETHER || cursor.value.at < now - DAYS * DAY_MS) await cursor.delete()
    cursor = await cursor.continue()
  }
}

export async function kept(address: string): Promise<unknown> {
  const db = who === undefined ? undefined : await database()
  const found = await db?.get('answers', [who as string, keyOf(address)])
  if (found) shown(found.at)
  return found?.answer
}

export async function forgetOne(address: string): Promise<void> {
  const db = who === undefined ? undefined : await database()
  await db?.delete('answers', [who as string, keyOf(address)])
}

/** Rights have changed, or access has ended: answers go. What waits to be sent stays for its owner. */
export async function forgetAnswers(): Promise<void> {
  await (await database())?.clear('answers')
}

/** Sign-out: nothing of this person stays on the device, nor what they have not sent. Ask first. */
export async function forgetAll(): Promise<void> {
  const leaving = who
  who = undefined
  const db = await database()
  if (!db) return
  const unsent = leaving === undefined ? [] : await db.getAllKeysFromIndex('outbox', 'who', leaving)
  await Promise.all([db.clear('answers'), db.clear('device'), ...unsent.map((key) => db.delete('outbox', key))])
}
