import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { get } from '../../api/client'
import { onSignOut } from '../../app/session'
import { useSettled } from '../../data/settled'
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
const seen = new Map<string, Hit>()
onSignOut(() => seen.clear()) // the next one may not read the same

/** The title of a record that a picker has offered: what was just chosen has no name in the page's answer yet. */
export const titleOfFound = (id: string): string | undefined => seen.get(id)?.title

/** The type of a record that a picker has offered: some commands want it next to the id. */
export const typeOfFound = (id: string): string | undefined => seen.get(id)?.type

const labelOf = ({ title, subtitle }: Hit) => (subtitle ? `${title} · ${subtitle}` : title)

/** What a picker of records offers: the newest ones, and what the text finds. chosen stay among them with their titles. */
export function useFound(among: string[], chosen: string[], names: Record<string, string>) {
  const types = useTypes()
  const [search, setSearch] = useState('')
  const titleOf = (id: string) => names[id] ?? (seen.has(id) ? labelOf(seen.get(id) as Hit) : '…')
  const only = among.length === 1 ? types.type(among[0] as string) : undefined
  const still = useSettled(search.trim(), 150)
  const typed = chosen.some((id) => titleOf(id) === still) ? '' : still
  const { data = [] } = useQuery({
    queryKey: ['found', among.join(), typed],
    staleTime: 30_000,
    placeholderData: keepPreviousData,
    enabled: Boolean(typed || only),
    queryFn: async ({ signal }): Promise<Hit[]> => {
      if (typed || only === undefined) {
        const asked = { q: typed, types: among.join(), limit: LIMIT, fields: 'type,id,title,subtitle' }
        return (await get<{ items: Hit[] }>('/search', asked, signal)).items
      }
      const found = await get<{ items: Doc[] }>(only.path, { limit: LIMIT, fields: only.title }, signal)
      return found.items.map((one) => ({ id: one.id, type: only.name, title: String(one[only.title] ?? '') }))
    },
  })
  for (const hit of data) seen.set(hit.id, hit)
  const offered = data.map((hit): Option => ({ value: hit.id, label: chosen.includes(hit.id) ? titleOf(hit.id) : labelOf(hit) }))
  const missing = chosen.filter((id) => id && !data.some((one) => one.id === id)).map((id): Option => ({ value: id, label: titleOf(id) }))
  return { options: [...missing, ...offered], search, setSearch }
}
