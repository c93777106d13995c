import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { isProblem } from '../../api/problem'
import { events } from '../../api/stream'
import { t } from '../../words'
import type { Asked, Head } from './answers'

/** What taking back comes to, or came to. */
export interface Outcome {
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

/** One person's changes since a day, or those of one act; conditions that it does not know would take back too much. */
export const isTakenBack = ({ actor, since, correlation, about, reason }: Asked): boolean =>
  Boolean((correlation || (actor && since)) && !about && !reason)

/** Looks at once what it would come to; `go` does it. Leaving ends what is under way. */
export function useTakingBack(asked: Asked): { step: Step; go(reason: string): void } {
  const client = useQueryClient()
  const [step, setStep] = useState<Step>({ at: 'looking', done: 0, total: 0 })
  const leaving = useRef<AbortController>(undefined)
  const given = JSON.stringify(asked)

  async function follow(at: 'looking' | 'working', path: string, body: object, reason: string, signal: AbortSignal) {
    setStep({ at, done: 0, total: 0 })
    try {
      const last = await outcomeOf(path, body, reason, signal, (done, total) => setStep({ at, done, total }))
      if (typeof last === 'string') setStep({ at: 'failed', done: 0, total: 0, problem: last })
      else setStep({ at: at === 'looking' ? 'foreseen' : 'done', done: 0, total: 0, outcome: last })
    } catch (error) {
      if (!signal.aborted) setStep({ at: 'failed', done: 0, total: 0, problem: isProblem(error) ? error.message : t('common.failedText') })
    }
    if (at === 'working') await client.invalidateQueries() // what was taken back before it was stopped is so, too
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked once for each search
  useEffect(() => {
    const control = new AbortController()
    leaving.current = control
    void follow('looking', '/audit/taking-back/preview', JSON.parse(given), '', control.signal)
    return () => control.abort()
  }, [given])
  const go = (reason: string) => {
    const signal = leaving.current?.signal
    if (signal && step.outcome) void follow('working', '/audit/taking-back', { ...asked, up_to: step.outcome.up_to }, reason, signal)
  }
  return { step, go }
}

/** The report, or why there is none. Raises Problem. */
async function outcomeOf(
  path: string,
  body: object,
  reason: string,
  signal: AbortSignal,
  onProgress: (done: number, total: number) => void,
): Promise<Outcome | string> {
  let last: Partial<Outcome> & { error?: string; doing?: string; done?: number; total?: number } = {}
  for await (const { data } of events(path, { body, reason, signal })) {
    last = JSON.parse(data)
    if (last.doing) onProgress(last.done ?? 0, last.total ?? 0)
  }
  if (last.error !== undefined || last.changes === undefined) return last.error ?? t('audit.takingBack.broken')
  return last as Outcome
}
