import { IconPlus } from '@tabler/icons-react'
import { useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { lazy, Suspense, useEffect, useRef, useState } from 'react'
import { refresh } from '../../data/cache'
import { usePast } from '../../data/moment'
import { type One, useCount, useList } from '../../data/records'
import { fieldsOf, type ObjectDescription } from '../../meta/describe'
import { type Doc, fieldValue, isEmpty, type MetaRelation } from '../../meta/meta'
import { useShow, Value } from '../../meta/show'
import { useTypes } from '../../meta/use-types'
import { IconButton } from '../../ui/icon-button'
import { Bone } from '../../ui/skeleton'
import { useTranslation } from '../../words'
import { FailureLine } from '../offline/failure-line'
import s from './related.module.css'

const CreateForm = lazy(async () => ({ default: (await import('../form/create-form')).CreateForm }))
const FEW = 5
/** Record types that are kept for programs, or that the timeline shows. */
const HIDDEN = [
  'activity',
  'session',
  'follow',
  'notification',
  'api_key',
  'preferences',
  'recents',
  'import',
  'import_mapping',
  'bulk',
  'calendar_feed',
  'saved_view',
]

/** What others name an absorbed record by shows here, too: when a merge or its undo is heard of, the lists are asked again. */
function useMerges(one: One, relations: readonly MetaRelation[]): void {
  const client = useQueryClient()
  const absorbed = JSON.stringify([one.record.id, one.record.absorbed])
  const shown = useRef({ id: one.record.id, absorbed })
  useEffect(() => {
    const { id, absorbed: before } = shown.current
    shown.current = { id: one.record.id, absorbed }
    if (id !== one.record.id || before === absorbed) return
    for (const { type } of relations) void refresh(client, type, undefined, ['list', 'count'])
  }, [client, one.record.id, absorbed, relations])
}

/** The lists of other records that name this one, as /meta says; at the moment that one looks at. */
export function Related({ object, one }: { object: ObjectDescription; one: One }) {
  const types = useTypes()
  const relations = object.related.filter((relation) => !HIDDEN.includes(relation.type) && types.type(relation.type))
  useMerges(one, relations)
  return (
    <>
      {relations.map((relation) => (
        <Box
          key={`${relation.type} ${relation.field}`}
          relation={relation}
          object={types.type(relation.type) as ObjectDescription}
          from={object}
          one={one}
        />
      ))}
    </>
  )
}

function Box({ relation, object, from, one }: { relation: MetaRelation; object: ObjectDescription; from: ObjectDescription; one: One }) {
  const { t } = useTranslation()
  const past = usePast()
  const show = useShow(object)
  const [creating, setCreating] = useState(false)
  const where = { [relation.field]: one.record.id }
  const sort = object.field('updated_at')?.sortable ? '-updated_at' : undefined
  const { data, isPending, error } = useList(object, { where, sort }, FEW)
  const { data: total } = useCount(object, { where })
  const asked =
    object.create && relation.field in object.create.fields
      ? relation.field
      : object.create && from.name in object.create.fields
        ? from.name
        : undefined
  const subtitle = fieldsOf(object, [object.boardField ?? '', ...object.subtitle]).filter((field) => field.name !== relation.field)
  const title = String(fieldValue(one.record, from.title) ?? '')
  const titled = object.field(object.title)
  const named = (record: Doc, names: Record<string, string> = {}) => titled && show.text(titled, record, names)
  if (data?.items.length === 0 && !asked) return null
  return (
    <section className={s.box}>
      <h3>
        {relation.label}
        {total !== undefined && <span>{total.count}</span>}
        {asked && object.create?.allowed && !past && (
          <IconButton small label={object.create.label} onClick={() => setCreating(true)}>
            <IconPlus size={15} stroke={1.6} />
          </IconButton>
        )}
      </h3>
      {isPending && <Bone seed={3} />}
      {error && !data && <FailureLine error={error} />}
      <ul>
        {data?.items.map((record) => {
          const field = subtitle.find((each) => !isEmpty(fieldValue(record, each.name)))
          return (
            <li key={record.id}>
              <Link to="/o/$type/$id" params={{ type: object.name, id: record.id }}>
                {named(record, data.names) || object.label}
              </Link>
              {field && (
                <small>
                  <Value show={show} field={field} record={record} names={data.names} />
                </small>
              )}
            </li>
          )
        })}
      </ul>
      {total !== undefined && total.count > FEW && (
        <Link
          className={s.all}
          to="/o/$type"
          params={{ type: object.name }}
          search={{ f: { field: relation.field, value: one.record.id } }}
        >
          {t('record.all')} {total.count}
        </Link>
      )}
      {creating && asked && (
        <Suspense>
          <CreateForm
            object={object}
            given={{
              [asked]: object.field(asked)?.kind === 'keywords' ? [one.record.id] : one.record.id,
              ...(object.typed?.record === asked && { [object.typed.type]: from.name }),
            }}
            names={{ [one.record.id]: title }}
            onDone={() => setCreating(false)}
            onClose={() => setCreating(false)}
          />
        </Suspense>
      )}
    </section>
  )
}
