import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { get } from '../../api/client'
import { leastFor } from '../../data/seen'
import { useTypes } from '../../meta/use-types'
import { joined, number } from '../../ui/format'
import { useTranslation } from '../../words'
import { isUnderWay, type Outcome } from './acts'
import s from './bulk.module.css'

export type Status = 'running' | 'paused' | 'completed' | 'failed' | 'cancelled' | 'reverting' | 'reverted'
/** A bulk act as its list has it. command: its name, as in /meta. */
export interface Act {
  id: string
  version: number
  owner: string | null
  record_type: string
  command: string
  status: Status
  total: number
  changed?: number
  unchanged?: number
  failed?: number
  reverted?: Outcome['reverted']
  why?: string
  reason?: string
  created_at: string
}
const SHOWN = 100
const OFTEN = 1000 // ms between two looks at one that is on its way

/** The newest acts that the person may see. While one is on its way they are asked for again and again. */
export const useActs = () =>
  useQuery({
    queryKey: ['settings', 'bulk'],
    staleTime: 0,
    queryFn: ({ signal }) =>
      get<{ items: Act[]; names: Record<string, string> }>(
        '/bulk',
        { sort: '-created_at', limit: SHOWN, names: true, min_version: leastFor('bulk') },
        signal,
      ),
    refetchInterval: ({ state }) => (state.data?.items.some(isUnderWay) ? OFTEN : false),
  })

/** What it did to what: Change stage · Deals. */
export function useTitle(): (act: Act) => string {
  const { t, i18n } = useTranslation()
  const types = useTypes()
  return ({ command, record_type }) => {
    const type = types.type(record_type)
    const known = type?.command(command)
    const word = known?.in_bulk && i18n.exists(`list.bulk.${known.in_bulk}`) ? t(`list.bulk.${known.in_bulk}`) : known?.label
    return `${word ?? command} · ${type?.plural ?? record_type}`
  }
}

/** How far one is that is on its way; of the others what came of them. */
export function Counts({ act }: { act: Act }) {
  const { t } = useTranslation()
  const { changed = 0, unchanged = 0, failed = 0, total, reverted, status } = act
  if (isUnderWay(act) || status === 'paused') return <HowFar act={act} />
  if (status === 'reverted' && reverted) {
    const back = reverted.archived + reverted.undone
    const left = reverted.left > 0 ? [t('bulk.left', { count: reverted.left })] : []
    return <>{joined([t('list.takenBack', { count: back }), ...left])}</>
  }
  const parts = [
    t('list.changed', { count: changed }),
    ...(unchanged > 0 ? [t('list.unchanged', { count: unchanged })] : []),
    ...(failed > 0 ? [t('list.failed', { count: failed })] : []),
  ]
  return (
    <>
      {joined(parts)} / {number(total)}
    </>
  )
}

function HowFar({ act }: { act: Act }) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const moving = isUnderWay(act)
  const { data } = useQuery({
    queryKey: ['settings', 'bulk', act.id, act.status],
    staleTime: 0,
    refetchInterval: moving ? OFTEN : false,
    queryFn: ({ signal }) => get<Outcome>(`/bulk/${act.id}/report`, undefined, signal),
  })
  const ended = moving && data !== undefined && !isUnderWay(data)
  useEffect(() => {
    if (ended) void client.invalidateQueries({ queryKey: ['settings', 'bulk'], exact: true })
  }, [ended, client])
  const done = data?.done ?? 0
  return (
    <div className={s.progress}>
      <progress max={act.total || 1} value={done} aria-label={t('bulk.progress')} />
      <span className="num">
        {number(done)} / {number(act.total)}
      </span>
    </div>
  )
}
