import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { call, get } from '../../api/client'
import { isProblem } from '../../api/problem'
import type { components } from '../../api/schema/identity'
import type { Tokens } from '../../app/session'
import { mistakesOf } from '../../data/mistakes'
import { wordsOf } from '../offline/words-of'

type Schemas = components['schemas']
export type OwnFactor = Schemas['OwnSecondFactor']
/** uri: what the QR code says; secret: the same for fingers. */
export type Begun = Schemas['BegunSecondFactor']
type Codes = Schemas['RecoveryCodes']

const AT = '/identity/me/second-factor'
export const KEY = ['second-factor']
export const useOwnFactor = () => useQuery({ queryKey: KEY, queryFn: ({ signal }) => get<OwnFactor>(AT, undefined, signal) })

/** code: of the app, or a recovery code. */
export type Proof = Schemas['PasswordAndCode']
export const begin = (password: string) => call<Begun>('POST', AT, { body: { password } })
/** Every other session ends, here and where it is turned off. */
export const confirm = (code: string) => call<Codes & Tokens>('POST', `${AT}/confirm`, { body: { code, cookie: true } })
export const renewCodes = (proof: Proof) => call<Codes>('POST', `${AT}/recovery-codes`, { body: proof })
export const turnOff = (proof: Proof) => call<Tokens>('POST', `${AT}/remove`, { body: { ...proof, cookie: true } })

/** Sends once at a time; mistakes come back to their fields, all else in words. */
export function useAttempt(fields: readonly string[]) {
  const [failed, setFailed] = useState<unknown>()
  const [sent, setSent] = useState<unknown>()
  const [busy, setBusy] = useState(false)
  /** undefined: refused. */
  async function attempt<T>(act: () => Promise<T>, given: unknown): Promise<T | undefined> {
    setSent(given)
    setBusy(true)
    try {
      const done = await act()
      setFailed(undefined)
      return done
    } catch (error) {
      if (!isProblem(error)) throw error
      setFailed(error)
      return undefined
    } finally {
      setBusy(false)
    }
  }
  const errors = mistakesOf(failed, fields, sent)
  const problem = failed !== undefined && Object.keys(errors).length === 0 ? wordsOf(failed) : ''
  return { attempt, busy, errors, problem, forget: () => setFailed(undefined) }
}
