import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useMemo, useRef, useSyncExternalStore } from 'react'
import { type ListQuery, queryOf } from '../../data/keys'
import { ListNews, type News } from '../../data/list-news'
import { watchList } from '../../data/live'
import { usePast } from '../../data/moment'
import { readAmong } from '../../data/rows'
import type { ObjectDescription } from '../../meta/describe'
import type { Doc } from '../../meta/meta'
import type { Section } from '../grid/layout'
import { orderOf } from './asked'
import { readRows } from './order'

/** What others did to the list that is shown: see ListNews. The past stands still. */
export function useListNews(object: ObjectDescription, query: ListQuery, group: string | undefined, sections: readonly Section[]): News {
  const client = useQueryClient()
  const past = usePast()
  const shown = useRef(sections)
  shown.current = sections
  const news = useMemo(() => {
    return new ListNews({
      order: orderOf(object, query.sort, group),
      rows: () => {
        const rows = readRows(client, object, query, shown.current)
        return new Map(rows.map((doc): [string, Doc] => [doc.id, doc]))
      },
      among: async (ids, known) => {
        if (known && query.q) return new Set(ids) // what a text found in the past is costly to ask: it counts as known
        const asked = { ...queryOf({ ...query, filter: undefined, sort: undefined, fields: ['id'] }, { known }), filter: query.filter }
        return new Set((await readAmong(object.path, ids, asked)).items.map((doc) => doc.id))
      },
    })
  }, [client, object, query, group])
  useEffect(() => (past ? undefined : watchList(object.name, news)), [object.name, news, past])
  return useSyncExternalStore(news.subscribe, news.now)
}

/** Headings and counts as they were when the list was read, while others change it: rows must not run away. */
export function useHeldSections(sections: readonly Section[], readAt: number, news: News, of: ListQuery): readonly Section[] {
  const kept = useRef({ sections, readAt, of })
  const rows = kept.current.sections.reduce((sum, section) => sum + section.count, 0)
  const stays = news.held && rows > 0 && kept.current.of === of && kept.current.readAt >= news.since
  if (!stays) kept.current = { sections, readAt, of }
  return kept.current.sections
}
