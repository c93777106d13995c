import { useQueries, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { get } from '../../api/client'

export interface RejectedRow {
  step: string
  file: string
  line: number
  row: number
  cells: Record<string, string>
  /** column: those that the field is made of, with commas between them. */
  errors: { field: string; code: string; message: string; column: string; value: string }[]
}
/** Taken, but for the cells named here. */
export type WarnedRow = Omit<RejectedRow, 'cells'>
export interface Report {
  id: string
  status: string
  doing?: string
  done?: number
  total?: number
  totals?: Record<string, number>
  steps?: { resource: string; created?: number; updated?: number }[]
  /** While it runs: how many; then the first of them. */
  rejected?: RejectedRow[] | number
  warned?: WarnedRow[]
  error?: string
  reverted?: Record<string, number>
}
const OFTEN = 400 // ms between two looks

export const isOver = (report: Report | undefined): boolean => {
  if (report === undefined || report.status === 'running' || report.status === 'reverting') return false
  return report.totals !== undefined || report.status === 'failed' || report.status === 'reverted'
}

const jobOf = (id: string | undefined) => ({
  queryKey: ['import job', id],
  enabled: id !== undefined,
  queryFn: ({ signal }: { signal: AbortSignal }) => get<Report>(`/imports/${id}/report`, undefined, signal),
})

/** Which of these imports hold: one that was taken back has left its rows as they were. */
export const useHeld = (ids: string[]): boolean[] =>
  useQueries({ queries: ids.map(jobOf) }).map(({ data }) => data?.status !== 'reverted' && data?.status !== 'reverting')

/** How far a dry run or an import is, until it is over. Then all lists are asked for again. */
export function useJob(id: string | undefined) {
  const client = useQueryClient()
  const asked = useQuery({
    ...jobOf(id),
    refetchInterval: ({ state }) => (isOver(state.data) ? false : OFTEN),
    staleTime: 0,
  })
  const { data } = asked
  const over = isOver(data)
  const follow = () => client.invalidateQueries({ queryKey: ['import job', id] })
  useEffect(() => {
    if (over) void client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'import job' })
  }, [over, client])
  return { report: data, over, follow, asked }
}
