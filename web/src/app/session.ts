import { call, lendTokens, send } from '../api/client'
import { isPassing, isProblem, Problem, problemOf } from '../api/problem'
import { onBack } from '../data/offline/connection'
import { forgetAll, forgetAnswers, keepFor, lastPerson, nameOf } from '../data/offline/kept'
import { flush, loadOutbox, unsent } from '../data/offline/outbox'
import { setOwnZone, setZone } from '../ui/format'
import { store, useStore } from './store'

export type Level = 'own' | 'team' | 'below' | 'all'
export interface Me {
  tenant: string
  user: { id: string; name: string; email: string; language: string; time_zone: string; [field: string]: unknown }
  organisation: { id: string; name: string; currency: string; country: string; time_zone: string; [field: string]: unknown }
  /** An answer that was kept by an earlier version has none. */
  second_factor?: { enabled: boolean; required: boolean }
  roles: { id: string; zh: string; en: string }[]
  rights: Record<string, Record<string, Level>>
  hidden: Record<string, string[]>
  read_only: Record<string, string[]>
  /** All that is read from now on holds what happened up to here. An answer that was kept by an earlier version has none. */
  position?: number
}
export interface Tokens {
  access_token: string
  expires_in: number
}
/** `asking` until the cookie was tried: nothing is shown before. */
export type Session = { state: 'asking' | 'out' } | { state: 'in'; me: Me }

const session = store<Session>({ state: 'asking' })
const CHANNEL = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('crm-session')
const EARLY = 0.2 // of its life: the token is renewed before it runs out

let token: string | undefined
let renewAt = 0
let refreshing: Promise<string | undefined> | undefined

function keep(tokens: Tokens): string {
  token = tokens.access_token
  renewAt = Date.now() + tokens.expires_in * 1000 * (1 - EARLY)
  return token
}

function forget(): void {
  token = undefined
  void forgetAnswers()
  session.set({ state: 'out' })
}

/** One tab at a time: the server ends a session whose spent refresh token comes again. */
const alone = <T>(act: () => Promise<T>): Promise<T> =>
  'locks' in navigator ? (navigator.locks.request('crm-session', act) as Promise<T>) : act()

async function askAgain(): Promise<string | undefined> {
  const response = await send('POST', '/identity/sessions/refresh', { body: {}, auth: false })
  if (response.ok) return keep((await response.json()) as Tokens)
  if (response.status === 401 || response.status === 403) {
    forget()
    return undefined
  }
  throw await problemOf(response)
}

function refresh(): Promise<string | undefined> {
  refreshing ??= alone(askAgain).finally(() => {
    refreshing = undefined
  })
  return refreshing
}

lendTokens({
  token: async () => {
    if (token && Date.now() < renewAt) return token
    if (!token) return session.get().state === 'in' ? refresh() : refreshing // it began without a network
    return refresh()
  },
  renew: async (refused) => (token && token !== refused ? token : refresh()),
  unproven: () => {
    const now = session.get()
    if (now.state === 'in') session.set({ state: 'in', me: { ...now.me, second_factor: { enabled: false, required: true } } })
  },
})

export async function loadMe(): Promise<Me> {
  const me = await call<Me>('GET', '/identity/me')
  await keepFor(me)
  const before = session.get()
  if (before.state === 'in' && nameOf(before.me) !== nameOf(me)) location.reload() // somebody else: begin from nothing
  enter(me)
  void flush().catch(() => undefined)
  return me
}

function enter(me: Me): void {
  setZone(me.user.time_zone || me.organisation.time_zone)
  setOwnZone(me.organisation.time_zone)
  session.set({ state: 'in', me })
}

/** Nobody answers: whoever was here last goes on with what was kept. */
async function resumeAway(): Promise<void> {
  const me = await lastPerson<Me>()
  if (!me) return
  await loadOutbox()
  enter(me)
}
onBack(() => {
  if (session.get().state === 'in') void loadMe().catch(() => undefined)
})

/** Signed in by the cookie of an earlier visit? Where nobody answers, as whoever was here last. */
export async function resume(): Promise<Session> {
  if (session.get().state !== 'asking') return session.get()
  try {
    if (await refresh()) await loadMe()
  } catch (error) {
    if (isProblem(error, 'offline')) await resumeAway()
    else if (isPassing(error)) setTimeout(() => void resume().catch(() => undefined), (error.retryAfter ?? 1) * 1000)
    else if (isProblem(error, 'unauthenticated')) forget()
    else throw error
  }
  return session.get()
}

/**
 * Raises Problem `unauthenticated` for a wrong password, `second-factor-required` where it was right and a code is asked for
 * as well, `wrong-code`, `too-many-requests`, `offline`.
 */
export async function signIn(email: string, password: string, code?: string): Promise<Me> {
  const body = { email, password, cookie: true, ...(code && { code }) }
  keep(await call<Tokens>('POST', '/identity/sessions', { body, auth: false }))
  const me = await loadMe()
  CHANNEL?.postMessage('in')
  return me
}

/** Takes over the tokens of another sign-in: after a new password, without a second factor. */
export async function adopt(tokens: Tokens): Promise<Me> {
  keep(tokens)
  return loadMe()
}
/** The same, before the page may change by what `loadMe` finds: it shows what is shown once. */
export const takeTokens = (tokens: Tokens): void => void keep(tokens)

const leaving = new Set<() => void | Promise<void>>()
/** What must be cleared on this device when somebody signs out. */
export const onSignOut = (act: () => void | Promise<void>): void => {
  leaving.add(act)
}

/**
 * What waits is sent first. Answers how much could not be: then nobody was signed out, unless they would `lose` it.
 * Raises Problem `offline`.
 */
export async function signOut(lose = false): Promise<number> {
  if (!lose) {
    await flush().catch(() => undefined)
    if (unsent() > 0) return unsent()
  }
  await call('DELETE', '/identity/sessions/current').catch((error: unknown) => {
    if (!(error instanceof Problem) || error.kind === 'offline') throw error
  })
  await forgetAll().catch(() => undefined)
  forget()
  await new Promise((done) => setTimeout(done)) // the pages are gone then: what is cleared is not asked for again
  await Promise.allSettled([...leaving].map(async (act) => act()))
  CHANNEL?.postMessage('out')
  return 0
}

CHANNEL?.addEventListener('message', (event) => {
  const state = session.get().state
  if (event.data === 'out' && state === 'in') forget()
  if (event.data === 'in' && state === 'out') location.reload() // perhaps as somebody else: begin from nothing
})

/** Whether their organisation asks them for a second factor that they do not have: nothing else is open to them then. */
export const needsFactor = ({ second_factor: own }: Me): boolean => Boolean(own?.required && !own.enabled)
export const may = (me: Me, resource: string, action: string): boolean => Boolean(me.rights[resource]?.[action])

export const currentSession = (): Session => session.get()
export const useSession = (): Session => useStore(session)
/** Inside of the shell somebody is signed in. */
export function useMe(): Me {
  const now = useSession()
  if (now.state !== 'in') throw new Error('nobody is signed in')
  return now.me
}
export const accessToken = async (): Promise<string | undefined> => (token && Date.now() < renewAt ? token : refresh())
