import type { Doc } from '../../meta/meta'

export const OPEN = ['opened', 'in_progress']
export const GROUPS = ['overdue', 'week', 'later'] as const
export type Group = (typeof GROUPS)[number]
const DAY_MS = 86_400_000
const WEEK = 7
const APPROVERS = 2

/** Days from one day to another, both `YYYY-MM-DD`. */
export const daysTo = (due: string, today: string): number => Math.round((Date.parse(due) - Date.parse(today)) / DAY_MS)

export function groupOf(request: Doc, today: string): Group {
  const left = daysTo(String(request.due ?? ''), today)
  return left < 0 ? 'overdue' : left <= WEEK ? 'week' : 'later'
}

/** How many have approved an erasure, and how many must. */
export const approvalsOf = (request: Doc): { given: string[]; of: number } => ({
  given: (request.approvals ?? []) as string[],
  of: APPROVERS,
})

/** An erasure that somebody else has put forward or approved, and that this person has not approved. */
export const waitsFor = (request: Doc, me: string): boolean =>
  request.kind === 'erasure' && OPEN.includes(String(request.status)) && !approvalsOf(request).given.includes(me)

export interface Board {
  /** What this person is asked to approve; it stands here alone. */
  mine: Doc[]
  groups: Record<Group, Doc[]>
  counts: Record<Group, number>
}

/** Open requests, each group with what is due first at its head. */
export function boardOf(requests: Doc[], today: string, approver: string | undefined): Board {
  const open = requests.filter((one) => OPEN.includes(String(one.status)))
  const sorted = open.toSorted((a, b) => String(a.due).localeCompare(String(b.due)))
  const mine = approver === undefined ? [] : sorted.filter((one) => waitsFor(one, approver))
  const among = (group: Group, of: Doc[]) => of.filter((one) => groupOf(one, today) === group)
  const others = sorted.filter((one) => !mine.includes(one))
  const each = <T>(value: (group: Group) => T) => Object.fromEntries(GROUPS.map((group) => [group, value(group)])) as Record<Group, T>
  return { mine, groups: each((group) => among(group, others)), counts: each((group) => among(group, sorted).length) }
}
