import { takeAhead } from './ahead'
import { offline, Problem, problemOf } from './problem'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
export type Scalar = string | number | boolean
export type Query = Record<string, Scalar | readonly Scalar[] | null | undefined>

export interface Options {
  query?: Query
  body?: unknown
  /** Bytes or a form in place of a JSON body. */
  raw?: Blob | FormData
  /** The version shown to the person: somebody faster makes it a 412. */
  version?: number
  /** Idempotency-Key: one per intent, kept through retries. */
  key?: string
  /** Why: kept with the change. */
  reason?: string
  occurredAt?: string
  headers?: Record<string, string>
  signal?: AbortSignal
  /** false: no token is sent, and 401 is an answer like others. */
  auth?: boolean
}

/**
 * Who lends the access token. `renew` answers another one than the refused one, or undefined where signed out. `unproven`
 * hears that the suite asks for a second factor before it answers anything else.
 */
export interface TokenSource {
  token(): Promise<string | undefined>
  renew(refused: string): Promise<string | undefined>
  unproven(): void
}

let tokens: TokenSource = { token: async () => undefined, renew: async () => undefined, unproven: () => undefined }
export const lendTokens = (source: TokenSource): void => {
  tokens = source
}

/** Who keeps answers for the time without a network, and hears whether the suite is reached. */
export interface Keeper {
  heard(reached: boolean): void
  keep(address: string, answer: unknown): void
  forget(address: string): void
  /** undefined: nothing is kept of it. */
  kept(address: string): Promise<unknown>
}

let keeper: Keeper | undefined
export const lendKeeper = (one: Keeper): void => {
  keeper = one
}

/** Paths of other origins are refused: the token goes nowhere else. */
export function address(path: string, query?: Query): string {
  if (!/^\/(?!\/)/.test(path)) throw new Error(`not a path of the suite: ${path}`)
  const parts = new URLSearchParams()
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value === null || value === undefined) continue
    for (const one of Array.isArray(value) ? value : [value]) parts.append(name, String(one))
  }
  const text = parts.toString()
  return text ? `${path}${path.includes('?') ? '&' : '?'}${text}` : path
}

function headersOf(options: Options, token: string | undefined): Headers {
  const headers = new Headers({ Accept: 'application/json', 'Accept-Language': document.documentElement.lang, ...options.headers })
  if (token) headers.set('Authorization', `Bearer ${token}`)
  if (options.body !== undefined) headers.set('Content-Type', 'application/json')
  if (options.version !== undefined) headers.set('If-Match', `"${options.version}"`)
  if (options.key) headers.set('Idempotency-Key', options.key)
  if (options.reason) headers.set('X-Reason', encodeURIComponent(options.reason))
  if (options.occurredAt) headers.set('X-Occurred-At', options.occurredAt)
  return headers
}

/** Send, and refresh the token once where it was refused. Raises Problem `offline` where nobody answers. */
export async function send(method: Method, path: string, options: Options = {}): Promise<Response> {
  const at = address(path, options.query)
  const ahead = await takeAhead(method, at)
  if (ahead) return ahead
  const body = options.raw ?? (options.body === undefined ? undefined : JSON.stringify(options.body))
  const attempt = async (token: string | undefined) => {
    try {
      const answer = await fetch(at, { method, body, headers: headersOf(options, token), signal: options.signal })
      keeper?.heard(true)
      return answer
    } catch (error) {
      if (options.signal?.aborted) throw error
      keeper?.heard(false)
      throw offline()
    }
  }
  if (options.auth === false) return attempt(undefined)
  const token = await tokens.token()
  const response = await attempt(token)
  if (response.status !== 401 || !token) return response
  const renewed = await tokens.renew(token)
  return renewed ? attempt(renewed) : response
}

/** The answer's JSON (undefined for 204). Without a network, a read is answered by what was kept. Raises Problem for every refusal. */
export async function call<T>(method: Method, path: string, options: Options = {}): Promise<T> {
  if (method !== 'GET') return answerOf<T>(await send(method, path, options))
  const at = address(path, options.query)
  try {
    const answer = await answerOf<T>(await send(method, path, options))
    keeper?.keep(at, answer)
    return answer
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    if (GONE.includes(error.status)) keeper?.forget(at)
    const kept = error.kind === 'offline' ? await keeper?.kept(at) : undefined
    if (kept === undefined) throw error
    return kept as T
  }
}
const GONE = [403, 404, 410]

async function answerOf<T>(response: Response): Promise<T> {
  if (!response.ok) {
    const problem = await problemOf(response)
    if (problem.kind === 'second-factor-needed') tokens.unproven()
    throw problem
  }
  return (response.status === 204 ? undefined : await response.json()) as T
}

export const get = <T>(path: string, query?: Query, signal?: AbortSignal): Promise<T> => call<T>('GET', path, { query, signal })

/** One per intent. randomUUID exists in secure contexts alone; plain HTTP in a local network is none. */
export const newKey = (): string => {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
