import { useMemo } from 'react'
import type { Tree } from '../../app/search'
import { type Group, useBoard } from '../../data/boards'
import type { ListQuery } from '../../data/keys'
import { useCount } from '../../data/records'
import type { FieldDescription, ObjectDescription } from '../../meta/describe'
import { kind } from '../../meta/fields'
import type { Show } from '../../meta/show'
import { shortDay } from '../../ui/format'
import { useTranslation } from '../../words'
import type { Section } from '../grid/layout'
import { compactSums } from './sums'

/** `close_date:month` → the field and its unit. */
export const groupField = (object: ObjectDescription, group: string | undefined): [FieldDescription | undefined, string] => {
  const [name = '', unit = ''] = (group ?? '').split(':')
  return [object.field(name), unit]
}
const DAYS = ['date', 'datetime']

/** What a list can be grouped by: closed sets, stages, people, days by month; fields of one's own, too. */
export const groupChoices = (object: ObjectDescription): { value: string; field: FieldDescription }[] =>
  object.fields
    .filter(
      (field) =>
        field.filterable &&
        !field.technical &&
        field.kind !== 'text' && // the suite groups by codes, days and truth values
        (/^(choice|stage|boolean|code)$/.test(field.show) || field.ref || DAYS.includes(field.show)),
    )
    .map((field) => ({ value: DAYS.includes(field.show) ? `${field.name}:month` : field.name, field }))

const NONE: Group[] = []

/** The sections of a list: one without a heading, or one for each group with its count and sums. */
export function useSections(object: ObjectDescription, query: ListQuery, group: string | undefined, sums: string[], show: Show) {
  const { t, i18n } = useTranslation()
  const [field, unit] = groupField(object, group)
  const { sort: _sort, fields: _fields, ...asked } = query
  const count = useCount(object, query)
  const board = useBoard(object, { ...asked, by: group ?? '', sum: sums.slice(0, 1), cards: 0 }, undefined, field !== undefined)
  // biome-ignore lint/correctness/useExhaustiveDependencies: titles are in the language of the page
  const sections = useMemo((): readonly Section[] => {
    if (!field) return [{ id: '', count: count.data?.count ?? 0 }]
    const groups = board.data?.groups ?? NONE
    const names = board.data?.names ?? {}
    const titled = groups.map(
      (one): Section => ({
        id: JSON.stringify(one.key),
        title: titleOf(one.key, field, unit, show, names) || t('list.without', { what: field.label }),
        count: one.count,
        tree: { all: (one.where ?? []) as unknown as Tree[] },
        sums: compactSums(one, object.field(sums[0] ?? '')),
      }),
    )
    const order = field.show === 'stage' || field.options ? orderOf(field, show) : []
    return inOrder(titled, order)
  }, [field, unit, count.data, board.data, show, t, i18n.language, object, sums.join()])
  return {
    sections,
    count: count.data?.count,
    more: count.data?.more,
    /** When what the sections are made of was read. */
    readAt: field === undefined ? count.dataUpdatedAt : board.dataUpdatedAt,
    pending: count.isPending || (field !== undefined && board.isPending),
    error: count.error ?? board.error,
  }
}

/** Groups in the order of their values where these have one; what has no value stands last. */
export function inOrder(sections: readonly Section[], order: readonly string[]): readonly Section[] {
  const placeOf = ({ id }: Section) => (EMPTY.includes(id) ? order.length + 1 : order.includes(id) ? order.indexOf(id) : order.length)
  return sections.toSorted((one, other) => placeOf(one) - placeOf(other))
}
const EMPTY = ['null', '""'] // as keys of groups are written

function orderOf(field: FieldDescription, show: Show): string[] {
  const { stages } = show.place(field, undefined, {})
  const keys =
    field.show === 'stage' ? (stages?.paths.flatMap((path) => stages.of(path.id)) ?? []).map((stage) => stage.key) : (field.options ?? [])
  return [...new Set(keys)].map((key) => JSON.stringify(key))
}

function titleOf(key: unknown, field: FieldDescription, unit: string, show: Show, names: Record<string, string>): string {
  if (key === null || key === '') return ''
  if (unit && typeof key === 'string') return unit === 'month' ? monthOf(key) : shortDay(key)
  return kind(field).format(key, show.place(field, undefined, names))
}
const monthOf = (day: string): string =>
  new Intl.DateTimeFormat(document.documentElement.lang, { year: 'numeric', month: 'long', timeZone: 'UTC' }).format(
    new Date(`${day.slice(0, 10)}T00:00:00Z`),
  )
