import { call, newKey } from '../../api/client'
import { events } from '../../api/stream'
import { isUnanswered, untilAnswered, wait } from '../../data/again'
import type { ListQuery } from '../../data/keys'
import type { MetaCommand } from '../../meta/meta'
import type { Selection } from '../grid/selection'

export type Word = 'edit' | 'assign' | 'tag' | 'archive' | 'restore' | 'change-stage'
export interface Asked {
  type: string
  command: Word
  body: Record<string, unknown>
  ids?: string[]
  filters?: Record<string, unknown>
  expected_count?: number
}
export interface Outcome {
  id: string
  status: string
  done: number
  total: number
  changed: number
  unchanged: number
  failed: number
  failures: { id: string; title: string; errors: { field: string; code: string; message: string }[] }[]
  sample: { id: string; title: string; changes: Record<string, { from: unknown; to: unknown }> }[]
  names?: Record<string, string>
  /** Of a revert: how many went back, and how many were left as they are. */
  reverted?: { archived: number; undone: number; left: number }
  left?: { id: string; reason: string }[]
  error?: string
  reason?: string
}
export const MOST_IDS = 1000
export const MOST_RECORDS = 100_000

/** Whom an act is for: the ids that were picked, or the list's question and how many it found. */
export function targets(query: ListQuery, selection: Selection, count: number): Pick<Asked, 'ids' | 'filters' | 'expected_count'> {
  if (!selection.all) return { ids: [...selection.ids] }
  const filters: Record<string, unknown> = { ...query.where }
  if (query.filter) filters.filter = query.filter
  if (query.q) filters.q = query.q
  return { filters, expected_count: count }
}

/** The acts that a record type has in bulk and the person may do. */
export const bulkWords = (commands: readonly MetaCommand[]): Map<Word, MetaCommand> =>
  new Map(commands.filter((command) => command.in_bulk && command.allowed).map((command) => [command.in_bulk as Word, command]))

const AGAIN_S = 2

export const isUnderWay = ({ status }: { status: string }): boolean => status === 'running' || status === 'reverting'

/**
 * Follows an act to its end, also where the connection is cut meanwhile: the act goes on without it. `onProgress` hears how far
 * it is; the answer is the report.
 */
async function follow(id: string, onProgress: (now: Partial<Outcome>) => void, signal: AbortSignal): Promise<Outcome> {
  for (;;) {
    try {
      for await (const { data } of events(`/bulk/${id}/events`, { signal })) onProgress(JSON.parse(data) as Partial<Outcome>)
      const report = await call<Outcome>('GET', `/bulk/${id}/report`, { signal })
      onProgress(report)
      if (!isUnderWay(report)) return report
    } catch (error) {
      if (signal.aborted || !isUnanswered(error)) throw error
    }
    await wait(AGAIN_S)
  }
}

export async function preview(asked: Asked, onProgress: (now: Partial<Outcome>) => void, signal: AbortSignal): Promise<Outcome> {
  const { id } = await call<{ id: string }>('POST', '/bulk/preview', { body: asked, signal })
  return follow(id, onProgress, signal)
}

/** key: one for each preview, so that what is sent again for want of an answer is done once. */
export async function run(asked: Asked, key: string, onProgress: (now: Partial<Outcome>) => void, signal: AbortSignal): Promise<Outcome> {
  const { id } = await untilAnswered(() => call<{ id: string }>('POST', '/bulk', { body: asked, key }))
  onProgress({ id })
  return follow(id, onProgress, signal)
}

export async function revert(id: string, onProgress: (now: Partial<Outcome>) => void, signal: AbortSignal): Promise<Outcome> {
  const key = newKey()
  await untilAnswered(() => call('POST', `/bulk/${id}/revert`, { body: {}, key }))
  return follow(id, onProgress, signal)
}
export const steer = (id: string, act: 'pause' | 'resume' | 'cancel'): Promise<unknown> =>
  call('POST', `/bulk/${id}/${act}`, { body: {}, key: newKey() })
