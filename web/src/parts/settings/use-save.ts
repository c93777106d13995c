import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { call, get, type Method, newKey, type Query } from '../../api/client'
import { isProblem, Problem } from '../../api/problem'
import { leastFor, wrote } from '../../data/seen'
import { announce, type Undo } from '../../data/undo'
import { t } from '../../words'

export interface Saved {
  id: string
  version: number
  undo?: Undo | null
  [more: string]: unknown
}

const LATER = 600 // ms: a list that takes no version is asked once more

/** Sends one change of the settings, says that it is done with a way back, and brings mistakes to their fields. */
export function useSave(type: string, fields: readonly string[] = []) {
  const client = useQueryClient()
  const [busy, setBusy] = useState(false)
  const [failed, setFailed] = useState<unknown>()
  const last = useRef({ said: '', key: '' })
  async function save<T extends Saved = Saved>(method: Method, path: string, body: unknown, told: string | false): Promise<T | undefined> {
    const said = JSON.stringify([method, path, body])
    if (said !== last.current.said) last.current = { said, key: newKey() } // one key per intent, kept through retries
    setBusy(true)
    try {
      const done = await call<T>(method, path, { body, key: last.current.key })
      last.current = { said: '', key: '' }
      setFailed(undefined)
      if (done?.id) wrote(type, done.id, done.version)
      if (told) announce(client, told, done?.undo)
      void client.invalidateQueries()
      setTimeout(() => void client.invalidateQueries({ queryKey: ['settings'] }), LATER)
      return done
    } catch (error) {
      setFailed(error)
      if (!isProblem(error, 'offline')) last.current = { said: '', key: '' }
      return undefined
    } finally {
      setBusy(false)
    }
  }
  const { '': _, ...errors } = failed instanceof Problem ? failed.byField(fields) : {}
  return { save, busy, errors: errors as Record<string, string | undefined>, problem: failed ? wordsOf(failed, fields) : '' }
}

/** What stands at no field of its own. */
function wordsOf(failed: unknown, fields: readonly string[]): string {
  if (isProblem(failed, 'offline')) return t('common.offlineText')
  if (!(failed instanceof Problem)) return t('common.failedText')
  if (failed.errors.length === 0) return failed.message || t('common.failedText')
  return failed.byField(fields)[''] ?? ''
}

const MOST = 200
/** The first records of a list of the settings, own changes among them; `names`: titles of what they name. */
export function useAll<T>(type: string, path: string, query: Query = {}) {
  return useQuery({
    queryKey: ['settings', type, path, query],
    queryFn: ({ signal }) =>
      get<{ items: T[]; names?: Record<string, string> }>(
        path,
        { limit: MOST, names: true, min_version: leastFor(type), ...query },
        signal,
      ),
  })
}
