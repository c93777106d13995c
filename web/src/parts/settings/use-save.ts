import { keepPreviousData, useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { call, get, type Method, newKey, type Query } from '../../api/client'
import { isProblem } from '../../api/problem'
import { mistakesOf } from '../../data/mistakes'
import { leastFor, wrote } from '../../data/seen'
import { announce, type Undo } from '../../data/undo'
import { t } from '../../words'
import { wordsOf } from '../offline/words-of'

export interface Saved {
  id: string
  version: number
  undo?: Undo | null
  [more: string]: unknown
}

const LATER = 600 // ms: a list that takes no version is asked once more

/**
 * Sends one change of the settings, says that it is done with a way back, and brings mistakes to their fields.
 * version: what the person looked at; where somebody was faster nothing is done, and it says so.
 */
export function useSave(type: string, fields: readonly string[] = []) {
  const client = useQueryClient()
  const [busy, setBusy] = useState(false)
  const [failed, setFailed] = useState<unknown>()
  const [sent, setSent] = useState<unknown>()
  const last = useRef({ said: '', key: '' })
  async function save<T extends Saved = Saved>(
    method: Method,
    path: string,
    body: unknown,
    told: string | false,
    version?: number,
    reason?: string,
  ): Promise<T | undefined> {
    const said = JSON.stringify([method, path, body, version, reason])
    if (said !== last.current.said) last.current = { said, key: newKey() } // one key per intent, kept through retries
    setSent(body)
    setBusy(true)
    try {
      const done = await call<T>(method, path, { body, version, reason, key: last.current.key })
      last.current = { said: '', key: '' }
      setFailed(undefined)
      if (done?.id) wrote(type, done.id, done.version)
      if (told) announce(client, told, done?.undo)
      void client.invalidateQueries()
      setTimeout(() => void client.invalidateQueries({ queryKey: ['settings'] }), LATER)
      return done
    } catch (error) {
      setFailed(error)
      if (isProblem(error, 'version-mismatch')) {
        void client.invalidateQueries({ queryKey: ['settings'] })
        setTimeout(() => void client.invalidateQueries({ queryKey: ['settings'] }), LATER)
      }
      if (!isProblem(error, 'offline')) last.current = { said: '', key: '' }
      return undefined
    } finally {
      setBusy(false)
    }
  }
  return { save, busy, errors: mistakesOf(failed, fields, sent), problem: failed ? besideFields(failed, fields) : '' }
}

/** What stands at no field of its own. */
function besideFields(failed: unknown, fields: readonly string[]): string {
  if (isProblem(failed, 'version-mismatch')) return t('settings.changedMeanwhile')
  if (isProblem(failed) && failed.errors.length > 0) return failed.byField(fields)[''] ?? ''
  return wordsOf(failed)
}

const MOST = 200
interface Page<T> {
  items: T[]
  next?: string | null
  /** Titles of what they name. */
  names?: Record<string, string>
}
const pageOf = <T>(type: string, path: string, query: Query, signal: AbortSignal) =>
  get<Page<T>>(path, { limit: MOST, names: true, min_version: leastFor(type), ...query }, signal)

/** The first records of a list of the settings, own changes among them. */
export const useAll = <T>(type: string, path: string, query: Query = {}, enabled = true) =>
  useQuery({
    enabled,
    queryKey: ['settings', type, path, query],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => pageOf<T>(type, path, query, signal),
  })

/** The same, where there may be more of them than one answer holds. */
export const usePages = <T>(type: string, path: string, query: Query) =>
  useInfiniteQuery({
    queryKey: ['settings', type, path, query, 'pages'],
    placeholderData: keepPreviousData,
    initialPageParam: '',
    getNextPageParam: (last: Page<T>) => last.next ?? undefined,
    queryFn: ({ pageParam, signal }) => pageOf<T>(type, path, { ...query, cursor: pageParam || undefined }, signal),
  })

/** Pages as one list, with the titles of what they name. */
export const together = <T>(pages: readonly Page<T>[]) => ({
  items: pages.flatMap((page) => page.items),
  names: Object.assign({}, ...pages.map((page) => page.names)) as Record<string, string>,
})

/** All there are, page after page: for what is a tree, or a few hundred at most. */
export const useEvery = <T>(type: string, path: string, query: Query) =>
  useQuery({
    queryKey: ['settings', type, path, query, 'every'],
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const pages = [await pageOf<T>(type, path, query, signal)]
      for (let next = pages[0]?.next; next; next = pages.at(-1)?.next)
        pages.push(await pageOf<T>(type, path, { ...query, cursor: next }, signal))
      return together(pages)
    },
  })

/** How many records meet the conditions, counted by the suite. */
export const useCount = (type: string, path: string, query: Query, enabled = true) =>
  useQuery({
    enabled,
    queryKey: ['settings', type, path, query, 'count'],
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => (await get<{ count: number }>(`${path}/count`, { min_version: leastFor(type), ...query }, signal)).count,
  })
