import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { get } from '../../api/client'
import type { components } from '../../api/schema/audit'
import type { AuditSearch } from '../../app/search'
import type { Names } from '../../data/records'
import type { Undo } from '../../data/undo'
import { useTypes } from '../../meta/use-types'
import { joined } from '../../ui/format'
import { useTranslation } from '../../words'
import type { Between, Found } from './between'

type Schemas = components['schemas']
export type Head = Schemas['EventHead']
export type Tree = Schemas['CauseTree']
export type Then = Schemas['AccessThen']
export interface Undoable {
  undo: Undo | null
  undo_reason?: { code: string; message: string }
}
export interface OneEvent extends Undoable {
  event: Head
  changes: Record<string, { from?: unknown; to?: unknown }>
  names: Names
}
/** A record that an act changed, and what takes that back. */
export interface Touched extends Undoable {
  record: { type: string; id: string; title?: string }
  events: number
  types: string[]
}
export interface Did extends Undoable {
  events: number
  job: Head['record']
  /** The first of them. */
  records: Touched[]
}

/** What is looked for; what is not set is no condition. */
export type Asked = Omit<AuditSearch, 'event'>

export const useLog = (asked: Asked) =>
  useInfiniteQuery({
    queryKey: ['audit', 'search', asked],
    initialPageParam: '',
    getNextPageParam: (last: Schemas['SearchPage']) => last.next ?? undefined,
    queryFn: ({ pageParam, signal }) => {
      const given = Object.entries({ ...asked, cursor: pageParam }).filter(([, value]) => value)
      return get<Schemas['SearchPage']>('/audit/search', { ...Object.fromEntries(given), limit: 50 }, signal)
    },
  })
export const useEvent = (id: string) =>
  useQuery({
    queryKey: ['audit', 'event', id],
    queryFn: ({ signal }) => get<OneEvent>(`/audit/events/${id}`, undefined, signal),
  })
export const useCauses = (id: string) =>
  useQuery({ queryKey: ['audit', 'causes', id], queryFn: ({ signal }) => get<Tree>(`/audit/events/${id}/causes`, undefined, signal) })
export const useAct = (id: string) =>
  useQuery({
    queryKey: ['audit', 'act', id],
    enabled: Boolean(id),
    queryFn: ({ signal }) => get<Did>(`/audit/acts/${encodeURIComponent(id)}`, undefined, signal),
  })
/** at: null = now. */
export const useAccess = (record: string, user: string, at: string | null) =>
  useQuery({
    queryKey: ['audit', 'access', record, user, at],
    enabled: Boolean(user),
    ...(at === null && { staleTime: 0 }), // roles, teams and shares change without the record
    queryFn: ({ signal }) => get<Then>('/audit/access', { record, user, at }, signal),
  })
/** Its key is of the record's type: what changes the record makes it stale. */
export const useDifference = (type: string, id: string, { from, to }: Between, enabled: boolean) =>
  useQuery({
    queryKey: [type, 'difference', id, from, to, 'now'],
    enabled,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => get<Found>('/audit/difference', { record: `${type}-${id}`, from, to }, signal),
  })

const parts = (type: string): string[] => (type.split('.').at(-1) ?? type).split(/(?<=[a-z])(?=[A-Z])/)

/** What events and their records are called. */
export function useWording() {
  const { t, i18n } = useTranslation()
  const types = useTypes()
  /** What happened, by the end of its name: `AccountTagsChanged` → tags changed. */
  const inWords = (type: string) => {
    const words = parts(type)
    const end = words.map((_, n) => words.slice(n).join('')).find((name) => i18n.exists(`audit.done.${name}`))
    return end ? t(`audit.done.${end}`) : words.join(' ')
  }
  return {
    /** The label of its command, else its type in words. */
    what: (one: Pick<Head, 'record' | 'command_name' | 'type'>) =>
      (one.record && types.type(one.record.type)?.command(one.command_name)?.label) ?? inWords(one.type),
    event: (one: Pick<Head, 'type'>) => inWords(one.type),
    /** The record type, or what the stream is. */
    kind: (one: Pick<Head, 'record' | 'stream' | 'read'>) => {
      if (one.read) return t('audit.reads')
      const name = one.record?.type ?? one.stream.split('-')[0] ?? ''
      return types.type(name)?.label ?? name.replaceAll('_', ' ')
    },
    who: ({ actor, on_behalf_of }: Pick<Head, 'actor' | 'on_behalf_of'>, names: Names) => {
      const key = actor.startsWith('key-') ? (names[actor] ? t('audit.keyNamed', { name: names[actor] }) : t('audit.key')) : undefined
      const person = names[on_behalf_of] ?? names[actor]
      return key ? joined([key, ...(names[on_behalf_of] ? [names[on_behalf_of]] : [])]) : (person ?? t('timeline.system'))
    },
  }
}
