import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { call } from '../../api/client'
import type { components } from '../../api/schema/identity'
import { useTypes } from '../../meta/use-types'
import { useTranslation } from '../../words'
import { same } from './use-draft'

export type Foreseen = components['schemas']['Foreseen']
export type Person = Foreseen['items'][number]
type Right = Person['gains'][number]

const NAMED = ['audit', 'analytics'] // what has no records of its own

/** What a right is about, in the plural; '' for what people are not shown. */
export function useResources(): (name: string) => string {
  const { t } = useTranslation()
  const types = useTypes()
  return (name) => types.type(name)?.plural ?? (NAMED.includes(name) ? t(`settings.resources.${name}`) : '')
}

/** What a change would do, as the code that decides live says. body: undefined = nothing would change. */
export const useForeseen = (path: string, body: Record<string, unknown> | undefined) =>
  useQuery({
    queryKey: ['settings', 'preview', path, body],
    enabled: body !== undefined,
    staleTime: 0,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => call<Foreseen>('POST', path, { body, signal }),
  })

/** The values that differ from what they were; undefined where none does. */
export function changedOf<T extends Record<string, unknown>>(before: T, after: T): Partial<T> | undefined {
  const differ = Object.entries(after).filter(([name, value]) => !same(value, before[name]))
  return differ.length > 0 ? (Object.fromEntries(differ) as Partial<T>) : undefined
}

/** Rights by what they are about: `Accounts` → read, edit. In the order in which they came. */
export function byResource(rights: Right[]): { resource: string; actions: string[] }[] {
  const found = new Map<string, string[]>()
  for (const { resource, action } of rights) found.set(resource, [...(found.get(resource) ?? []), action])
  return [...found].map(([resource, actions]) => ({ resource, actions }))
}
