import { useSuspenseQuery } from '@tanstack/react-query'
import { get } from '../api/client'
import { keys } from '../data/keys'
import { OVERRIDES } from '../objects'
import { useTranslation } from '../words'
import { type ObjectDescription, type Types, typesOf } from './describe'
import type { Meta } from './meta'

export const metaOf = (language: string) => ({
  queryKey: keys.meta(language),
  staleTime: 300_000,
  gcTime: Number.POSITIVE_INFINITY,
  queryFn: ({ signal }: { signal: AbortSignal }) => get<Meta>('/meta', { language }, signal),
})

const described = new WeakMap<Meta, Types>()
/** The types of one answer, described once for all parts of a page. */
export function describedTypes(meta: Meta): Types {
  const types = described.get(meta) ?? typesOf(meta, OVERRIDES)
  described.set(meta, types)
  return types
}

/** All record types that the caller reads, with labels in the language of the page. Suspends until they are here. */
export function useTypes(): Types {
  const { i18n } = useTranslation()
  const { data } = useSuspenseQuery(metaOf(i18n.language))
  return describedTypes(data)
}

/** One record type by its name or its part of a path; undefined where the caller reads none such. */
export const useObject = (name: string): ObjectDescription | undefined => useTypes().type(name)
