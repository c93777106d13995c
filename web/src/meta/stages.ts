import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { get } from '../api/client'
import { locale } from '../words'
import type { ObjectDescription } from './describe'
import type { Doc } from './meta'
import { useTypes } from './use-types'

/** A place on a path, as the record that defines the path has it. */
export interface Stage {
  key: string
  title: string
  probability: number | null
  retired: boolean
  gate: { fields: string[]; checklist: { key: string; title: string }[]; back: string[] | null }
}
export interface StagePaths {
  /** The paths there are, the default one first. */
  paths: Doc[]
  /** The stages of a record's path, or of the path with this id, in order; retired ones too. */
  of(record: Doc | string | undefined): Stage[]
  title(record: Doc | undefined, key: string): string
}

interface Titled {
  zh: string
  en: string
  titles?: Record<string, string>
}
/** What it is called in the language of the page. */
export const titleOf = (one: Titled): string => one.titles?.[locale()] || (locale() === 'en' ? one.en || one.zh : one.zh || one.en)

type Raw = Titled & {
  key: string
  probability: number | null
  retired?: boolean
  gate?: { fields?: string[]; checklist?: (Titled & { key: string })[]; back?: string[] | null }
}
const stageOf = (raw: Raw): Stage => ({
  key: raw.key,
  title: titleOf(raw),
  probability: raw.probability,
  retired: Boolean(raw.retired),
  gate: {
    fields: raw.gate?.fields ?? [],
    checklist: (raw.gate?.checklist ?? []).map((point) => ({ key: point.key, title: titleOf(point) })),
    back: raw.gate?.back ?? null,
  },
})

export function pathsOf(found: Doc[], by: string, entries: string): StagePaths {
  const paths = [...found].sort((a, b) => Number(Boolean(b.default)) - Number(Boolean(a.default)))
  const known = new Map(paths.map((path) => [path.id, ((path[entries] ?? []) as Raw[]).map(stageOf)]))
  const of = (record: Doc | string | undefined) =>
    known.get((typeof record === 'string' ? record : (record?.[by] as string)) ?? paths[0]?.id ?? '') ?? []
  const anywhere = new Map([...known.values()].flat().map((stage) => [stage.key, stage.title]))
  return { paths, of, title: (record, key) => of(record).find((stage) => stage.key === key)?.title ?? anywhere.get(key) ?? key }
}

/** The paths of a record type that has stages; undefined for others, and until they are read. */
export function useStagePaths(object: ObjectDescription | undefined): StagePaths | undefined {
  const types = useTypes()
  const stages = object?.stages
  const path = stages && types.type(stages.type)?.path
  const { data } = useQuery({
    queryKey: [stages?.type ?? '', 'list', 'paths', 'now'],
    enabled: path !== undefined,
    staleTime: 300_000,
    queryFn: ({ signal }) => get<{ items: Doc[] }>(path as string, { limit: 200 }, signal),
  })
  return useMemo(() => (data && stages ? pathsOf(data.items, stages.by, stages.entries) : undefined), [data, stages])
}
