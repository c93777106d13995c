import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useMemo, useState } from 'react'
import { boardOf, useBoard } from '../../data/boards'
import { type BoardQuery, type ListQuery, NOW } from '../../data/keys'
import { usePast } from '../../data/moment'
import type { ObjectDescription } from '../../meta/describe'
import { useShow } from '../../meta/show'
import { useStagePaths } from '../../meta/stages'
import { Button } from '../../ui/button'
import { Empty } from '../../ui/empty'
import { Segments } from '../../ui/segments'
import { useTranslation } from '../../words'
import { Waiting } from '../offline/waiting'
import { ListStrip } from '../time/list-strip'
import s from './board.module.css'
import { columnsOf, movedTo } from './columns'
import { Columns } from './columns-view'
import { lanesOf } from './lanes'

const FEW = 20
const MOST = 50 // of a column, by the server

interface Props {
  object: ObjectDescription
  query: ListQuery
  onOpen(id: string): void
  /** Whether the time strip stands above the board. */
  strip?: boolean
}

/** Records in columns: by the stages of a pipeline, or by the options of a field; at the moment that one looks at. */
export default function Board({ object, query, onOpen, strip }: Props) {
  const { t } = useTranslation()
  const past = usePast()
  const client = useQueryClient()
  const show = useShow(object)
  const paths = useStagePaths(object)
  const [path, setPath] = useState<string | undefined>()
  const [cards, setCards] = useState(FEW)
  const [compare, setCompare] = useState(false)
  const field = object.boardField ?? ''
  const pipeline = object.stages ? (path ?? paths?.paths[0]?.id) : undefined
  const ends = Object.keys(object.ends ?? {})
  const asked = useMemo((): BoardQuery => {
    const { sum = [], card = [], since, currency } = object.board ?? {}
    const known = [object.title, field, ...card, ...sum, since, currency, 'owner', 'status', object.stages?.by].filter(
      (name) => name && object.field(name),
    )
    const own = { ...(object.stages && pipeline && { [object.stages.by]: pipeline }), ...(ends.length > 0 && { status: 'open' }) }
    const sort = query.sort ?? (sum[0] ? `-${sum[0]}` : undefined)
    return {
      filter: query.filter,
      q: query.q,
      sort,
      where: { ...query.where, ...own },
      by: field,
      sum,
      cards,
      fields: [...new Set(known as string[])],
    }
  }, [object, field, pipeline, query, cards, ends.length])
  const ready = object.stages === undefined || pipeline !== undefined
  const groups = useBoard(object, asked, undefined, ready)
  const { data } = groups
  const { data: now } = useBoard(object, { ...asked, cards: MOST }, NOW, ready && past && compare)
  const prefetch = useCallback((at: string) => void client.prefetchQuery(boardOf(object, asked, { at })), [client, object, asked])

  const lanes = lanesOf(object, paths, pipeline)
  const columns = columnsOf(lanes, data?.groups ?? [], field, asked.sum ?? [], object.board?.currency)
  const columnsNow = now && columnsOf(lanes, now.groups, field, asked.sum ?? [], object.board?.currency)
  if (field === '') return <Empty title={t('board.none')} />
  return (
    <div className={s.page} data-past={past || undefined}>
      {(strip || past) && (
        <ListStrip object={object} prefetch={prefetch}>
          {past && (
            <Button small look={compare ? 'primary' : 'plain'} aria-pressed={compare} onClick={() => setCompare(!compare)}>
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
            onChange={setPath}
            options={paths.paths.map((one) => ({ value: one.id, label: String(one.name ?? '') }))}
          />
        </div>
      )}
      <Waiting on={groups} rows={8} />
      {data && (
        <Columns
          name={`${object.name} ${pipeline ?? ''}`}
          object={object}
          show={show}
          query={asked}
          lanes={lanes}
          columns={columns}
          now={columnsNow}
          names={data.names ?? {}}
          stages={paths}
          movedTo={(card) => movedTo(card, field, compare && past ? now?.groups : undefined)}
          onOpen={onOpen}
          onMore={cards < MOST ? () => setCards(MOST) : undefined}
        />
      )}
    </div>
  )
}
