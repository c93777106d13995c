import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { call, get } from '../../api/client'
import { isProblem } from '../../api/problem'
import type { components } from '../../api/schema/audit'
import { events } from '../../api/stream'
import { t } from '../../words'
import type { Asked, Head } from './answers'

/** What taking back comes to, or came to. */
export interface Outcome {
  /** Of a job: how it ended. */
  status?: Job['status']
  /** The correlation id of all that it did; empty: nothing was done. */
  act: string
  up_to: number
  changes: number
  records: number
  undone: number
  left: number
  reasons: { code: string; message: string; count: number }[]
  /** The first changes that stay. */
  items: { event: Head; code: string; message: string }[]
  names: Record<string, string>
}
export interface Step {
  /** looking: what it would come to. */
  at: 'looking' | 'foreseen' | 'working' | 'done' | 'failed'
  done: number
  total: number
  outcome?: Outcome
  problem?: string
}

/** One person's changes since a day, or those of one act. */
export const isTakenBack = ({ actor, since, correlation }: Asked): boolean => Boolean(correlation || (actor && since))

export type Job = components['schemas']['TakingBackListed']
type Jobs = components['schemas']['TakingsBack']
const OFTEN = 1000 // ms between two looks at jobs that are on their way
export const isUnderWay = ({ status }: Pick<Job, 'status'>): boolean => status === 'running' || status === 'cancelling'

/** The newest jobs that the person may see. While one is on its way they are asked for again and again. */
export const useJobs = () =>
  useQuery({
    queryKey: ['audit', 'taking-back'],
    staleTime: 0,
    queryFn: ({ signal }) => get<Jobs>('/audit/taking-back', undefined, signal),
    refetchInterval: ({ state }) => (state.data?.items.some(isUnderWay) ? OFTEN : false),
  })

/** Of a search: looks at once what it would come to; `go` begins a job that does it. Of a job's id: follows that.
 * Leaving ends the look, never the job; `stop` ends the job. */
export function useTakingBack(of: Asked | string): { step: Step; go(reason: string): void; stop(): void } {
  const client = useQueryClient()
  const [step, setStep] = useState<Step>({ at: typeof of === 'string' ? 'working' : 'looking', done: 0, total: 0 })
  const leaving = useRef<AbortController>(undefined)
  const id = useRef(typeof of === 'string' ? of : '')
  const given = JSON.stringify(of)

  async function follow(at: 'looking' | 'working', path: string, body: object | undefined, reason: string, signal: AbortSignal) {
    setStep({ at, done: 0, total: 0 })
    try {
      const last = await outcomeOf(path, body, reason, signal, (now) => {
        if (now.id && !id.current) void client.invalidateQueries({ queryKey: ['audit', 'taking-back'] })
        id.current = now.id ?? id.current
        setStep({ at, done: now.done, total: now.total })
      })
      if (typeof last === 'string') setStep({ at: 'failed', done: 0, total: 0, problem: last })
      else setStep({ at: at === 'looking' ? 'foreseen' : 'done', done: 0, total: 0, outcome: last })
    } catch (error) {
      if (!signal.aborted) setStep({ at: 'failed', done: 0, total: 0, problem: isProblem(error) ? error.message : t('common.failedText') })
    }
    if (at === 'working') await client.invalidateQueries() // what went back by then is shown, wherever the person is
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked once for each search
  useEffect(() => {
    const control = new AbortController()
    leaving.current = control
    if (typeof of === 'string') void follow('working', `/audit/taking-back/${of}/events`, undefined, '', control.signal)
    else void follow('looking', '/audit/taking-back/preview', of, '', control.signal)
    return () => control.abort()
  }, [given])
  const go = (reason: string) => {
    const signal = leaving.current?.signal
    if (signal && step.outcome && typeof of !== 'string')
      void follow('working', '/audit/taking-back', { ...of, up_to: step.outcome.up_to }, reason, signal)
  }
  const stop = () => {
    if (id.current) void call('POST', `/audit/taking-back/${id.current}/cancel`, { body: {} }).catch(() => undefined) // its stream says how it ended
  }
  return { step, go, stop }
}

interface Now {
  id?: string
  done: number
  total: number
}

/** The report, or why there is none. Raises Problem. */
async function outcomeOf(
  path: string,
  body: object | undefined,
  reason: string,
  signal: AbortSignal,
  onProgress: (now: Now) => void,
): Promise<Outcome | string> {
  let last: Partial<Outcome> & Partial<Now> & { error?: string; doing?: string } = {}
  for await (const { data } of events(path, { body, reason, signal })) {
    last = JSON.parse(data)
    if (last.doing) onProgress({ id: last.id, done: last.done ?? 0, total: last.total ?? 0 })
  }
  if (last.error !== undefined || last.changes === undefined) return last.error ?? t('audit.takingBack.broken')
  return last as Outcome
}
