import { isProblem } from '../../api/problem'
import { events } from '../../api/stream'
import { setPreferences } from '../../app/preferences'
import { onSignOut } from '../../app/session'
import { store, useStore } from '../../app/store'
import { t } from '../../words'

export type JobKind = 'healing' | 'replay' | 'verification'
export interface Check {
  ok: boolean
  [more: string]: unknown
}
export interface Verified extends Check {
  views: (Check & { view: string; documents: number })[]
  log: Check & { events: number }
  rules?: Check
  ledger?: Check
}
/** One at a time, as in the suite. It goes on while other pages are open, and ends with the window. */
export interface Job {
  kind: JobKind
  doing?: string
  done?: number
  /** What came of it. */
  result?: Record<string, unknown>
  problem?: string
}
/** What a person's last verification found; it stands among their preferences. */
export interface LastCheck {
  at: string
  ok: boolean
  events: number
  views: number
  /** The views and parts that do not agree. */
  wrong: string[]
}

const PATHS: Record<JobKind, string> = { healing: '/audit/healings', replay: '/audit/replays', verification: '/audit/verifications' }
const job = store<Job | null>(null)
let leaving = new AbortController()
onSignOut(() => {
  leaving.abort()
  leaving = new AbortController()
  job.set(null)
})

export const useJob = (): Job | null => useStore(job)
export const isRunning = (one: Job | null): boolean => one !== null && one.result === undefined && one.problem === undefined

/** Runs it to its end and shows how far it is. Never raises: a refusal is told as its problem. */
export async function run(kind: JobKind, body: Record<string, unknown> = {}): Promise<void> {
  job.set({ kind })
  let last: Record<string, unknown> = {}
  try {
    for await (const { data } of events(PATHS[kind], { body, signal: leaving.signal })) {
      last = JSON.parse(data) as Record<string, unknown>
      if (typeof last.doing === 'string') job.set({ kind, doing: last.doing, done: Number(last.done ?? 0) })
    }
    if (last.error !== undefined || last.doing !== undefined || Object.keys(last).length === 0)
      job.set({ kind, problem: String(last.error ?? t('health.broken')) })
    else {
      job.set({ kind, result: last })
      if (kind === 'verification') await keepLast(last as Verified)
    }
  } catch (error) {
    job.set({ kind, problem: (isProblem(error) && error.message) || t('common.failedText') })
  }
}

export function summary(found: Verified, at: Date): LastCheck {
  const parts = Object.entries({ log: found.log, rules: found.rules, ledger: found.ledger })
  const wrong = [
    ...found.views.filter((one) => !one.ok).map((one) => one.view),
    ...parts.filter(([, one]) => one && !one.ok).map(([name]) => name),
  ]
  return { at: at.toISOString(), ok: found.ok, events: found.log.events, views: found.views.length, wrong }
}

const keepLast = (found: Verified): Promise<void> => setPreferences((now) => ({ ...now, lastCheck: summary(found, new Date()) }))
