import { expect, test, vi } from 'vitest'
import { get } from '../api/client'
import { keepFor } from '../data/offline/kept'
import { loadOutbox, queue, unsent } from '../data/offline/outbox'
import { serve } from '../test/stage'
import { adopt, currentSession, needsFactor, signOut } from './session'

/** The stores that IndexedDB would keep, by their keys. */
const device = vi.hoisted(() => {
  const stores: Record<string, Map<unknown, Record<string, unknown>>> = { device: new Map(), answers: new Map(), outbox: new Map() }
  const of = (name: string) => stores[name] as Map<unknown, Record<string, unknown>>
  const owned = (name: string, who: string) => [...of(name)].filter(([, one]) => one.who === who)
  return {
    stores,
    get: async (name: string, key: unknown) => of(name).get(String(key)),
    put: async (name: string, one: Record<string, unknown>, key?: string) => void of(name).set(String(key ?? one.id ?? one.address), one),
    add: async (name: string, one: Record<string, unknown>) => void of(name).set(String(one.key), { ...one, id: one.key }),
    delete: async (name: string, key: unknown) => void of(name).delete(String(key)),
    clear: async (name: string) => of(name).clear(),
    getAllFromIndex: async (name: string, _index: string, who: string) => owned(name, who).map(([, one]) => one),
    getAllKeysFromIndex: async (name: string, _index: string, who: string) => owned(name, who).map(([key]) => key),
  }
})
vi.mock('../data/offline/database', () => ({ database: async () => device }))

// The stage's navigator has no locks that work.
Object.defineProperty(navigator, 'locks', { value: { request: (_name: string, act: () => unknown) => act() } })

const ann = { tenant: 'acme', user: { id: 'ann' } }
const bob = { tenant: 'acme', user: { id: 'bob' } }
const note = (key: string) => queue('/sales/activities', { subject: key }, key, '2026-06-01T08:00:00Z')
const kept = () => [...(device.stores.outbox?.keys() ?? [])]
const away = () => ({ status: 503, body: { type: '/problems/unavailable', status: 503, title: '', detail: '' } })
const done = () => ({ status: 201, body: {} })
const ended = { 'DELETE /identity/sessions/current': done }

test('signing out sends what waits, and asks where that cannot be', async () => {
  await keepFor(ann)
  await note('first')
  let asked = serve({ ...ended, 'POST /sales/activities': away })
  expect(await signOut()).toBe(1)
  expect(asked.some(({ method }) => method === 'DELETE')).toBe(false)
  expect(kept()).toEqual(['first'])

  asked = serve({ ...ended, 'POST /sales/activities': done })
  expect(await signOut()).toBe(0)
  expect(asked.map(({ method }) => method)).toEqual(['POST', 'DELETE'])
  expect(kept()).toEqual([])
})

test('what one person has not sent waits for them, whoever signs in and out meanwhile', async () => {
  serve({ ...ended, 'POST /sales/activities': away })
  await keepFor(ann)
  await note('of ann')
  await keepFor(bob)
  await loadOutbox()
  expect([unsent(), kept()]).toEqual([0, ['of ann']])
  await note('of bob')
  expect(await signOut()).toBe(1)
  expect(await signOut(true)).toBe(0)
  expect(kept()).toEqual(['of ann'])
})

test('whoever is told to set up a second factor first, is asked for nothing else', async () => {
  const open = { ...ann, organisation: {}, second_factor: { enabled: false, required: false } }
  const first = { status: 403, body: { type: '/problems/second-factor-needed', status: 403, title: '', detail: '' } }
  serve({ 'GET /identity/me': () => open, 'GET /customer/accounts': () => first })
  const me = await adopt({ access_token: 'one', expires_in: 600 })
  expect(needsFactor(me)).toBe(false)
  await expect(get('/customer/accounts')).rejects.toMatchObject({ kind: 'second-factor-needed' })
  const now = currentSession()
  expect(now.state === 'in' && needsFactor(now.me)).toBe(true)
})
