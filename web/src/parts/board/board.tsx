import { useQueryClient } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useCallback, useMemo, useState } from 'react'
import type { ListSearch } from '../../app/search'
import { boardOf, useBoard } from '../../data/boards'
import { refresh } from '../../data/cache'
import { useFurther, usePlaces } from '../../data/further'
import { type BoardQuery, type ListQuery, type Moment, NOW } from '../../data/keys'
import { usePast } from '../../data/moment'
import { boardBy } from '../../meta/boards'
import type { ObjectDescription } from '../../meta/describe'
import { useShow } from '../../meta/show'
import { useStagePaths } from '../../meta/stages'
import { Button } from '../../ui/button'
import { Empty } from '../../ui/empty'
import { useAlike } from '../../ui/handler'
import { Segments } from '../../ui/segments'
import { useTranslation } from '../../words'
import { NewsChip } from '../list/news-chip'
import { FailureLine } from '../offline/failure-line'
import { Waiting } from '../offline/waiting'
import { ListStrip } from '../time/list-strip'
import { whenOf } from '../time/pill'
import { sortsOf } from '../views/model'
import s from './board.module.css'
import { columnsOf, movedTo } from './columns'
import { Columns } from './columns-view'
import { lanesOf, straysOf, withStrays } from './lanes'
import { useBoardNews } from './use-news'

const FEW = 20 // cards of a column at first

interface Props {
  object: ObjectDescription
  query: ListQuery
  /** The id of the record whose stages are the columns; '' = the default one. */
  path: string
  /** Of the view itself, whatever was chosen since: choosing it again is no change of the view. */
  ofView: string
  /** The field whose values are the columns, where it is not the one of the type. */
  by?: string
  onOpen(id: string): void
  /** Whether the time strip stands above the board. */
  strip?: boolean
}

/** Records in columns: by the stages of a pipeline, or by the options of a field; at the moment that one looks at. */
export default function Board({ object: type, query, path, by: chosen, ofView, onOpen, strip }: Props) {
  const { t } = useTranslation()
  const past = usePast()
  const client = useQueryClient()
  const show = useShow(type)
  const object = useMemo(() => boardBy(type, chosen), [type, chosen])
  const paths = useStagePaths(object)
  const go = useNavigate()
  const { to, open: beside } = useSearch({ strict: false }) as ListSearch
  const set = (part: Partial<ListSearch>) => void go({ to: '.', search: (was: object) => ({ ...was, ...part }) as never, replace: true })
  const compare = past && to !== undefined
  const field = object.boardField ?? ''
  const pathOf = (id: string) => (paths?.paths.find((one) => one.id === id) ?? paths?.paths[0])?.id
  const pipeline = object.stages ? pathOf(path) : undefined
  const ends = Object.keys(object.ends ?? {})
  const asked = useMemo((): BoardQuery => {
    const { sum = [], card = [], since, currency } = object.board ?? {}
    const own = { ...(object.stages && pipeline && { [object.stages.by]: pipeline }), ...(ends.length > 0 && { status: 'open' }) }
    const sort = query.sort || (sum[0] ? `-${sum[0]}` : undefined)
    const places = sortsOf(sort ?? '').map(([name]) => name) // by these it is noticed that a card moved
    const known = [
      object.title,
      ...(object.instead ?? []),
      field,
      ...card,
      ...sum,
      ...places,
      since,
      currency,
      'owner',
      'status',
      object.stages?.by,
    ].filter((name) => name && object.field(name))
    return {
      filter: query.filter,
      q: query.q,
      sort,
      where: { ...query.where, ...own },
      by: field,
      sum,
      cards: FEW,
      fields: [...new Set(known as string[])],
    }
  }, [object, field, pipeline, query, ends.length])
  const ready = object.stages === undefined || pipeline !== undefined
  const groups = useBoard(object, asked, undefined, ready)
  const { data } = groups
  const [open, setOpen] = useState<{ of: BoardQuery; pages: Record<string, number> }>({ of: asked, pages: {} })
  const pages = open.of === asked ? open.pages : {}
  const further = useFurther(object, asked, data?.groups ?? [], pages)
  const later: Moment = to === undefined || to === 'now' ? NOW : { at: to }
  const { data: then } = useBoard(object, { ...asked, cards: 0 }, later, ready && compare)
  const shown = further.groups.flatMap((group) => (group.cards ?? []).map((card) => card.id))
  const { status: _open, ...whole } = asked.where ?? {}
  const places = usePlaces(object, ends.length > 0 ? { ...asked, where: whole } : asked, shown, later, compare)
  const prefetch = useCallback((at: string) => void client.prefetchQuery(boardOf(object, asked, { at })), [client, object, asked])

  const offered = useMemo(() => lanesOf(object, paths, pipeline), [object, paths, pipeline])
  const names = useAlike({ ...data?.names, ...further.names })
  const live = useBoardNews(object, asked, further.groups, data !== undefined && !groups.isPlaceholderData)
  const strays = useAlike(straysOf(object, offered, groups.isPlaceholderData ? [] : live.groups))
  const lanes = useMemo(() => withStrays(object, offered, strays), [object, offered, strays])
  const by = { field, sums: asked.sum ?? [], currency: object.board?.currency }
  const columns = columnsOf(lanes, live.groups, { ...by, stays: live.stays })
  const columnsThen = then && columnsOf(lanes, then.groups, by)
  const take = () => void refresh(client, object.name)
  if (field === '') return <Empty title={t('board.none')} />
  return (
    <div className={s.page} data-past={past || undefined}>
      {(strip || past) && (
        <ListStrip object={object} prefetch={prefetch} later={compare ? to : undefined} onHands={(at, later) => set({ at, to: later })}>
          {past && (
            <Button
              small
              look={compare ? 'primary' : 'plain'}
              aria-pressed={compare}
              onClick={() => set({ to: compare ? undefined : 'now' })}
            >
              {t('time.compare')}
            </Button>
          )}
        </ListStrip>
      )}
      {paths && paths.paths.length > 1 && (
        <div className={s.paths}>
          <Segments
            label={t('record.path')}
            value={pipeline ?? ''}
            onChange={(id) => set({ pipeline: id === pathOf(ofView) ? undefined : id })}
            options={paths.paths.map((one) => ({ value: one.id, label: String(one.name ?? '') }))}
          />
        </div>
      )}
      <Waiting on={groups} rows={8} />
      {further.failed && <FailureLine error={further.failed} />}
      {data && (
        <div className={s.holder}>
          <NewsChip news={live.news} behind={live.behind && t('board.othersCame')} onTake={take} className={s.news} />
          <Columns
            name={`${object.name} ${pipeline ?? field}`}
            object={object}
            show={show}
            query={asked}
            lanes={lanes}
            columns={columns}
            later={
              compare
                ? {
                    columns: columnsThen,
                    label: to === 'now' ? t('time.now') : whenOf(to),
                    movedTo: (card) => movedTo(card, field, ends, places),
                  }
                : undefined
            }
            names={names}
            at={data.at}
            stages={paths}
            open={beside}
            onOpen={onOpen}
            onMore={(key) => setOpen({ of: asked, pages: { ...pages, [key]: (pages[key] ?? 0) + 1 } })}
            news={live.news}
            onTake={take}
          />
        </div>
      )}
    </div>
  )
}
