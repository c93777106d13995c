import { type DBSchema, type IDBPDatabase, openDB } from 'idb'

/** An answer of the suite as somebody read it. at: ms. size: of its text. */
export interface KeptAnswer {
  who: string
  address: string
  at: number
  size: number
  answer: unknown
}
/** Something that was made without a network, to be sent in its turn. problem: why the suite refused it. */
export interface Waiting {
  id?: number
  who: string
  method: 'POST'
  path: string
  body: Record<string, unknown>
  /** Idempotency-Key: it is done once, however often it is sent. */
  key: string
  occurredAt: string
  problem?: string
}
interface Schema extends DBSchema {
  device: { key: string; value: string }
  answers: { key: [string, string]; value: KeptAnswer; indexes: { at: number } }
  outbox: { key: number; value: Waiting; indexes: { who: string } }
}
export type Database = IDBPDatabase<Schema>

let opened: Promise<Database | undefined> | undefined

/** undefined where the browser keeps nothing, as in private windows: all goes on without. */
export function database(): Promise<Database | undefined> {
  opened ??= open().catch(() => undefined)
  return opened
}

const open = async (): Promise<Database | undefined> =>
  typeof indexedDB === 'undefined'
    ? undefined
    : openDB<Schema>('crm-offline', 1, {
        upgrade(made) {
          made.createObjectStore('device')
          made.createObjectStore('answers', { keyPath: ['who', 'address'] }).createIndex('at', 'at')
          made.createObjectStore('outbox', { keyPath: 'id', autoIncrement: true }).createIndex('who', 'who')
        },
      })
