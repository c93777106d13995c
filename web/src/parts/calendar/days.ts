import type { Doc } from '../../meta/meta'
import { dayAt } from '../../ui/format'

/** A day of the reader's calendar as `YYYY-MM-DD`. */
export const dayOf = dayAt
const utc = (day: string) => new Date(`${day}T00:00:00Z`)
export const plus = (day: string, count: number): string => new Date(utc(day).getTime() + count * 86_400_000).toISOString().slice(0, 10)
/** The Monday of a day's week. */
export const weekOf = (day: string): string => plus(day, -((utc(day).getUTCDay() + 6) % 7))
export const daysOf = (monday: string): string[] => Array.from({ length: 7 }, (_, n) => plus(monday, n))

export interface Placed {
  day: string
  /** The moment within the day; none where only the day is known. */
  at?: string
  end?: string
}
/** Where an activity stands: when it begins, else when it is due; a day alone has no hour. */
export function placeOf(activity: Doc): Placed | undefined {
  const { start, due, due_on: dueOn } = activity as { start?: string | null; due?: string | null; due_on?: string | null }
  if (start) return { day: dayOf(new Date(start)), at: start, end: due && !dueOn ? due : undefined }
  if (dueOn) return { day: dueOn }
  return due ? { day: dayOf(new Date(due)), at: due } : undefined
}

export type Bucket = 'overdue' | 'today' | 'week' | 'later' | 'someday'
export const BUCKETS: readonly Bucket[] = ['overdue', 'today', 'week', 'later', 'someday']

/** How soon an open activity is due, seen from `now`. */
export function bucketOf(activity: Doc, now: Date): Bucket {
  const placed = placeOf(activity)
  if (!placed) return 'someday'
  const today = dayOf(now)
  const due = activity.due as string | null
  if (placed.day < today || (due && !activity.due_on && Date.parse(due) < now.getTime())) return 'overdue'
  if (placed.day === today) return 'today'
  return placed.day <= plus(today, 7) ? 'week' : 'later'
}

/** The earliest first; on a day, what has an hour before what has none, then the pressing ones. */
export function inOrder(activities: readonly Doc[]): Doc[] {
  const rank = { high: 0, normal: 1, low: 2 } as Record<string, number>
  const key = (one: Doc) => {
    const placed = placeOf(one)
    return [placed?.day ?? '9999', placed?.at ?? '~', rank[String(one.priority)] ?? 1, one.id].join(' ')
  }
  return [...activities].sort((a, b) => (key(a) < key(b) ? -1 : 1))
}
