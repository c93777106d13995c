import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useMemo, useRef, useSyncExternalStore } from 'react'
import { type Group, groupKey, useBoard } from '../../data/boards'
import { type BoardQuery, keys, NOW } from '../../data/keys'
import { ListNews } from '../../data/list-news'
import { watchList } from '../../data/live'
import { usePast } from '../../data/moment'
import { amongOf } from '../../data/rows'
import type { ObjectDescription } from '../../meta/describe'
import { type Doc, fieldValue, same } from '../../meta/meta'
import { orderOf } from '../list/asked'

const cardsOf = (groups: Group[]): Doc[] => groups.flatMap((group) => group.cards ?? [])

/** Groups with their cards as they were read, and their counts and sums as they are now. */
export function withFigures(read: Group[], now: Group[] | undefined): Group[] {
  if (now === undefined) return read
  const before = new Map(read.map((group) => [groupKey(group), group]))
  const going = new Set(now.map(groupKey))
  const emptied = read.filter((group) => !going.has(groupKey(group)))
  return [
    ...now.map((group) => ({ ...group, cards: before.get(groupKey(group))?.cards ?? [], next: before.get(groupKey(group))?.next ?? null })),
    ...emptied.map((group) => ({ ...group, count: 0, sum: null, sums: [], totals: undefined })),
  ]
}

/** Whether a group has more records than when its cards were read. */
const hasGrown = (read: Group[], now: Group[]): boolean =>
  now.some((group) => group.count > (read.find((one) => groupKey(one) === groupKey(group))?.count ?? 0))

/**
 * What others did to the board that is shown, see ListNews. Cards stay where they stood, counts and sums go on: these are
 * asked apart as soon as anything is told. groups: with all cards that were read.
 */
export function useBoardNews(object: ObjectDescription, asked: BoardQuery, groups: Group[], on: boolean) {
  const client = useQueryClient()
  const past = usePast()
  const shown = useRef(groups)
  shown.current = groups
  const told = useMemo(() => {
    const { filter, q, where, sort, by } = asked
    return new ListNews({
      order: orderOf(object, sort, by),
      rows: () => new Map(cardsOf(shown.current).map((card): [string, Doc] => [card.id, card])),
      pages: () =>
        client
          .getQueryCache()
          .findAll({ queryKey: keys.board(object.name, asked, NOW) })
          .map((query) => query.queryHash),
      empty: () => cardsOf(shown.current).length === 0,
      among: amongOf(object.path, { filter, q, where }),
    })
  }, [client, object, asked])
  const begun = useRef({ of: told, at: Date.now() })
  if (begun.current.of !== told) begun.current = { of: told, at: Date.now() }
  const watches = on && !past
  useEffect(() => (watches ? watchList(object.name, told) : undefined), [object.name, told, watches])
  const news = useSyncExternalStore(told.subscribe, told.now)
  const { data, dataUpdatedAt } = useBoard(object, { ...asked, cards: 0 }, NOW, watches && news.touched)
  const figures = news.touched && dataUpdatedAt > Math.max(begun.current.at, news.since) ? data?.groups : undefined
  const { marks, docs } = news
  /** Somebody else moved the card, and nobody here has moved it since. */
  const stays = useCallback(
    (card: Doc) => marks.has(card.id) && (!docs.has(card.id) || same(fieldValue(card, asked.by), fieldValue(docs.get(card.id), asked.by))),
    [marks, docs, asked.by],
  )
  const behind = figures !== undefined && !news.held && hasGrown(groups, figures)
  return { news, stays, behind, groups: withFigures(groups, figures) }
}
