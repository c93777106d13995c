import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useMemo, useRef, useSyncExternalStore } from 'react'
import type { ListQuery } from '../../data/keys'
import { ListNews, type News } from '../../data/list-news'
import { watchList } from '../../data/live'
import { usePast } from '../../data/moment'
import { amongOf } from '../../data/rows'
import type { ObjectDescription } from '../../meta/describe'
import type { Doc } from '../../meta/meta'
import type { Section } from '../grid/layout'
import { orderOf } from './asked'
import { readPages, readRows } from './order'

/** What others did to the list that is shown, see ListNews, and its sections as they stand meanwhile. The past stands still, and nothing is told where the list is not shown. */
export function useListNews(object: ObjectDescription, query: ListQuery, group: string | undefined, live: Live, on: boolean) {
  const client = useQueryClient()
  const past = usePast()
  const shown = useRef(live.sections)
  const told = useMemo(() => {
    return new ListNews({
      order: orderOf(object, query.sort, group),
      rows: () => {
        const rows = readRows(client, object, query, shown.current)
        return new Map(rows.map((doc): [string, Doc] => [doc.id, doc]))
      },
      pages: () => readPages(client, object, query, shown.current).map((page) => page.queryHash),
      empty: () => rowsOf(shown.current) === 0,
      among: amongOf(object.path, query),
    })
  }, [client, object, query, group])
  useEffect(() => (past || !on ? undefined : watchList(object.name, told)), [object.name, told, past, on])
  const news = useSyncExternalStore(told.subscribe, told.now)
  const held = useHeldSections(live, news, query)
  shown.current = held.sections
  return { news, ...held }
}

/** Sections as they are now. readAt: when they were read. */
interface Live {
  sections: readonly Section[]
  readAt: number
}

const rowsOf = (sections: readonly Section[]): number => sections.reduce((sum, section) => sum + section.count, 0)

/** Whether a section has more rows than before, or is new: pages that were read lack some of them. */
const hasGrown = (before: readonly Section[], now: readonly Section[]): boolean =>
  now.some((section) => section.count > (before.find((one) => one.id === section.id)?.count ?? 0))

/**
 * Headings and counts as they were when the list was read, while others change it: rows must not run away. What they add up to goes on.
 * behind: whether counts wait though no row is marked and none is told as new.
 */
export function useHeldSections({ sections, readAt }: Live, news: News, of: ListQuery) {
  const kept = useRef({ sections, readAt, of })
  const before = kept.current
  const reread = before.of !== of || before.readAt < news.since || rowsOf(before.sections) === 0
  const behind = !reread && !news.held && news.touched && hasGrown(before.sections, sections)
  if (reread || !(news.held || behind)) kept.current = { sections, readAt, of }
  const held = kept.current.sections
  const shown = useMemo(() => withSums(held, sections), [held, sections])
  return { sections: shown, behind }
}

function withSums(held: readonly Section[], now: readonly Section[]): readonly Section[] {
  if (held === now) return held
  const sums = new Map(now.map((section) => [section.id, section.sums]))
  return held.map((section) => (sums.has(section.id) ? { ...section, sums: sums.get(section.id) } : section))
}
