import { usePrefetchQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { lazy, Suspense, useCallback, useMemo, useRef, useState } from 'react'
import type { ListSearch } from '../../app/search'
import { useMe } from '../../app/session'
import { refresh } from '../../data/cache'
import { useMoment, usePast } from '../../data/moment'
import { pageOf } from '../../data/records'
import { columnChoices } from '../../meta/boards'
import type { ObjectDescription } from '../../meta/describe'
import { useShow } from '../../meta/show'
import { usePhone } from '../../ui/media'
import { Bones } from '../../ui/skeleton'
import { useTranslation } from '../../words'
import { unknownIn } from '../filters/tree'
import { useFilterNames } from '../filters/use-names'
import { columnsOf, fitting } from '../grid/columns'
import { Grid } from '../grid/grid'
import { sizeOf, useSelection } from '../grid/selection'
import { ListStrip } from '../time/list-strip'
import { Pill } from '../time/pill'
import { quickViews } from '../views/model'
import { useSavedViews } from '../views/saved'
import { askedOf, queryOfList } from './asked'
import { Footer } from './footer'
import s from './list.module.css'
import { NewsChip } from './news-chip'
import { Nothing, Teach, Unknown } from './nothing'
import { keepOrder, readRows } from './order'
import { Toolbar } from './toolbar'
import { Top } from './top'
import { useListNews } from './use-news'
import { useSections } from './use-sections'
import { useWidths } from './use-widths'

const Panel = lazy(() => import('./panel'))
const Create = lazy(() => import('./create'))
const Board = lazy(() => import('../board/board'))
const BulkBar = lazy(() => import('../bulk/bulk-bar'))
const BESIDE = 700 // px that side bar, panel and margins take

export function ListView({ object }: { object: ObjectDescription }) {
  const { t } = useTranslation()
  const go = useNavigate()
  const search = useSearch({ from: '/shell/o/$type' })
  const phone = usePhone()
  const past = usePast()
  const { user } = useMe()
  const show = useShow(object)
  const { saved, reading } = useSavedViews(object.name)
  const quick = useMemo(() => quickViews(object), [object])
  const { chosen, view, now } = askedOf(object, search, quick, saved, user.id)
  const names = useFilterNames(object, now.tree)
  const unknown = unknownIn(object, now.tree)
  const unread = reading && !view && !quick.some((one) => one.id === chosen) // a view that was saved just now
  const columnNames = now.columns.join()
  // biome-ignore lint/correctness/useExhaustiveDependencies: the tree is another object each time, its text is not
  const query = useMemo(
    () => queryOfList(object, search, now),
    [object, JSON.stringify(now.tree), now.sort, now.group, search.q, search.archived, columnNames],
  )
  const client = useQueryClient()
  usePrefetchQuery(pageOf(client, object, query, useMoment(), 0)) // its first rows need no count
  const asBoard = now.kind === 'board' && columnChoices(object).length > 0
  const live = useSections(object, query, asBoard ? undefined : now.group, now.sums, show)
  const { count, more, pending, error } = live
  const { widths, own, onWidth } = useWidths(object.name, now.widths, view?.id)
  const widened = view !== undefined && now.columns.some((name) => own[name] !== undefined && own[name] !== view.widths[name])
  const columns = useMemo(() => columnsOf(object, columnNames.split(','), widths), [object, columnNames, widths])
  const [selection, select] = useSelection(JSON.stringify([query.filter, query.q, query.where, object.name]))
  const [picking, setPicking] = useState(false)
  const { news, sections, behind } = useListNews(object, query, now.group, live, !asBoard)
  const shown = useRef(sections)
  shown.current = sections
  if (error && unknown.length === 0) throw error

  const change = useCallback(
    (part: Partial<ListSearch>) =>
      void go({ to: '.', search: (was) => ({ ...was, ...part }) as never, replace: 'q' in part || 'open' in part }),
    [go],
  )
  const open = useCallback(
    (id: string, page: boolean) => {
      if (page) {
        const rows = readRows(client, object, query, shown.current)
        keepOrder(
          object.name,
          rows.map((row) => row.id),
        )
        void go({
          to: '/o/$type/$id',
          params: { type: object.name, id },
          search: (was) => ({ at: (was as ListSearch).at, known: (was as ListSearch).known }),
        })
      } else change({ open: id })
    },
    [go, change, client, object, query],
  )
  const ofKind = now.kind === 'list' ? undefined : now.kind // views without a kind of their own keep the one that is shown
  const choose = (id: string) =>
    void go({
      to: '.',
      search: ({ at, known }: ListSearch) =>
        ({ view: id, at, known, as: saved.some((one) => one.id === id) ? undefined : ofKind }) as never,
    })
  const picked = sizeOf(selection, count ?? 0)
  const [strip, setStrip] = useState(past)
  const narrowed = Boolean(now.tree || search.q || search.archived)
  const empty = !pending && sections.every((section) => section.count === 0)
  return (
    <>
      <Top
        object={object}
        quick={quick}
        saved={saved}
        current={chosen}
        onChoose={choose}
        onCreate={() => change({ create: true })}
        picking={picking}
        onPicking={setPicking}
        archived={search.archived}
        onChange={change}
        query={query}
        pill={<Pill open={strip || past} onOpen={setStrip} />}
      />
      {picked > 0 && !past ? (
        <Suspense fallback={<div className={s.tools} />}>
          <BulkBar object={object} show={show} query={query} selection={selection} count={count ?? 0} onSelect={select} />
        </Suspense>
      ) : (
        <Toolbar
          object={object}
          show={show}
          names={names}
          now={widened ? { ...now, changed: true } : now}
          widths={widths}
          search={search}
          view={view?.owner === user.id ? view : undefined}
          onChange={change}
        />
      )}
      {(strip || past) && !asBoard && <ListStrip object={object} />}
      <div className={s.content}>
        {unknown.length > 0 ? (
          <Unknown fields={unknown} onClear={() => change({ f: { all: [] } })} />
        ) : asBoard ? (
          <div className={s.rows}>
            {empty && !past && !narrowed && <Teach object={object} />}
            <Suspense fallback={<Bones rows={8} label={t('common.loading')} />}>
              <Board
                object={object}
                query={query}
                path={now.path}
                by={now.group}
                ofView={view?.path ?? ''}
                strip={strip}
                onOpen={(id) => open(id, phone)}
              />
            </Suspense>
          </div>
        ) : (
          <div className={s.rows}>
            {pending || unread ? (
              <Bones rows={12} label={t('common.loading')} />
            ) : empty ? (
              <Nothing
                object={object}
                filtered={narrowed}
                onClear={() => change({ f: { all: [] }, q: undefined, archived: undefined })}
                onCreate={() => change({ create: true })}
              />
            ) : (
              <div className={s.holder}>
                <NewsChip news={news} behind={behind && t('list.otherCounts')} onTake={() => void refresh(client, object.name)} />
                <Grid
                  object={object}
                  show={show}
                  query={query}
                  sections={sections}
                  marks={news.marks}
                  columns={search.open && !phone ? fitting(columns, window.innerWidth - BESIDE) : columns}
                  sort={now.sort}
                  onSort={(sort) => change({ sort })}
                  onWidth={onWidth}
                  selection={selection}
                  onSelect={select}
                  picking={picking}
                  open={search.open}
                  onOpen={open}
                  onClose={() => change({ open: undefined })}
                />
              </div>
            )}
            <Footer object={object} query={query} sums={now.sums} count={count} more={more} />
          </div>
        )}
        {search.open && !phone && (
          <Suspense fallback={<aside className={s.panel} />}>
            <Panel
              object={object}
              id={search.open}
              onClose={() => change({ open: undefined })}
              onPage={() => open(search.open ?? '', true)}
            />
          </Suspense>
        )}
      </div>
      {search.create && !past && (
        <Suspense>
          <Create
            object={object}
            onClose={() => change({ create: undefined })}
            onDone={(id) => (phone ? open(id, true) : change({ create: undefined, open: id }))}
          />
        </Suspense>
      )}
    </>
  )
}
