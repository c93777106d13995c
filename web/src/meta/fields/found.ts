import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { get, type Query } from '../../api/client'
import { onSignOut } from '../../app/session'
import { useSettled } from '../../data/settled'
import { type FieldDescription, fieldsOf, type ObjectDescription } from '../describe'
import type { Doc } from '../meta'
import { useTypes } from '../use-types'

interface Hit {
  id: string
  type: string
  title: string
  subtitle?: string
}
export interface Option {
  value: string
  label: string
}
const LIMIT = 20
const ALL: Query = {}
const USER = 'user'
/** What stands for a record whose title is not known yet: nobody looks for it. */
export const UNTITLED = '…'
const seen = new Map<string, Hit>()
onSignOut(() => seen.clear()) // the next one may not read the same

/** The title of a record that a picker has offered: what was just chosen has no name in the page's answer yet. */
export const titleOfFound = (id: string): string | undefined => seen.get(id)?.title

/** The type of a record that a picker has offered: some commands want it next to the id. */
export const typeOfFound = (id: string): string | undefined => seen.get(id)?.type

const labelOf = ({ title, subtitle }: Hit) => (subtitle ? `${title} · ${subtitle}` : title)

async function everywhere(types: string[], q: string, signal: AbortSignal): Promise<Hit[]> {
  const asked = { q, types: types.join(), limit: LIMIT, fields: 'type,id,title,subtitle' }
  return (await get<{ items: Hit[] }>('/search', asked, signal)).items
}

/** Of one type its own list: not every type is found by the search for all, people for instance. */
async function inList(type: ObjectDescription, text: string, where: Query, signal: AbortSignal): Promise<Hit[]> {
  const among: Query = type.fields.some((field) => field.searchable)
    ? { q: text, sort: 'relevance' }
    : { filter: JSON.stringify({ field: type.title, op: 'contains', value: text }) }
  const below = type.name === USER ? [] : type.subtitle // people go by their names alone, as everywhere
  const fields = [type.title, ...below].join()
  const asked = { ...where, limit: LIMIT, fields, names: true, ...(text && among) }
  const { items, names = {} } = await get<{ items: Doc[]; names?: Record<string, string> }>(type.path, asked, signal)
  return items.map((one) => ({
    id: one.id,
    type: type.name,
    title: String(one[type.title] ?? ''),
    subtitle: fieldsOf(type, below)
      .flatMap((field) => [one[field.name] ?? []].flat().map((value) => wordOf(field, String(value), names)))
      .filter(Boolean)
      .join(' · '),
  }))
}
const wordOf = (field: FieldDescription, value: string, names: Record<string, string>): string =>
  field.ref ? (names[value] ?? '') : (field.option_labels?.[value] ?? value)

/** What a picker of records offers: the newest ones, and what the text finds. chosen stay among them with their titles. where: of one type, which. */
export function useFound(among: string[], chosen: string[], names: Record<string, string>, where: Query = ALL) {
  const types = useTypes()
  const [search, setSearch] = useState('')
  const titleOf = (id: string) => names[id] ?? (seen.has(id) ? labelOf(seen.get(id) as Hit) : UNTITLED)
  const only = among.length === 1 ? types.type(among[0] as string) : undefined
  const searched = among.filter((name) => name !== USER) // the search for all refuses them
  const people = searched.length < among.length ? types.type(USER) : undefined
  const still = useSettled(search.trim(), 150)
  const typed = still === UNTITLED || chosen.some((id) => titleOf(id) === still) ? '' : still
  const { data = [] } = useQuery({
    queryKey: ['found', among.join(), typed, where],
    staleTime: 30_000,
    placeholderData: keepPreviousData,
    enabled: Boolean(typed || only),
    queryFn: async ({ signal }) => {
      if (only) return inList(only, typed, where, signal)
      const parts = [everywhere(searched, typed, signal), people ? inList(people, typed, ALL, signal) : []]
      return (await Promise.all(parts)).flat()
    },
  })
  for (const hit of data) seen.set(hit.id, hit)
  const offered = data.map((hit): Option => ({ value: hit.id, label: chosen.includes(hit.id) ? titleOf(hit.id) : labelOf(hit) }))
  const missing = chosen.filter((id) => id && !data.some((one) => one.id === id)).map((id): Option => ({ value: id, label: titleOf(id) }))
  return { options: [...missing, ...offered], search, setSearch }
}
