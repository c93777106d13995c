import type { Tree } from '../../app/search'
import type { Saved } from '../settings/use-save'

export const RULES = '/audit/retention-rules'
export const RUNS = '/audit/retention-runs'
export const NOTICES = '/audit/retention-notices'
export const BASES = ['used', 'changed', 'created'] as const
/** Record types about one person. */
export const PEOPLE = ['contact', 'lead', 'user'] as const

export interface Rule extends Saved {
  name: string
  resource: string
  conditions?: Tree | null
  basis: (typeof BASES)[number]
  days: number
  notice_days: number
  status: 'inactive' | 'proposed' | 'active'
}
export interface Run {
  id: string
  name: string
  status: 'announcing' | 'announced' | 'erasing' | 'completed' | 'cancelled'
  due: string | null
  count: number
  erased_count: number
}
export interface Notice {
  id: string
  resource: string
  record: string
  status: 'announced' | 'kept' | 'released' | 'erasing' | 'erased' | 'left_out'
  cause: string
}
/** What may still be kept, or kept the next time. */
const KEEPABLE: readonly Notice['status'][] = ['announced', 'released', 'left_out']
export const isKeepable = ({ status }: Notice): boolean => KEEPABLE.includes(status)
export interface Found {
  count: number
  whole: boolean
  held: number
  due: string
  records: { id: string; title: string }[]
}
export const isOpen = (run: Run): boolean => run.status !== 'completed' && run.status !== 'cancelled'
