import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { get } from '../../api/client'
import type { components } from '../../api/schema/audit'
import type { AuditSearch } from '../../app/search'
import type { Names } from '../../data/records'
import type { Undo } from '../../data/undo'
import { useTypes } from '../../meta/use-types'
import { joined } from '../../ui/format'
import { useTranslation } from '../../words'
import { did } from '../../words/did'
import type { Between, Found } from './between'
import { spelled, splitOf, titleOf } from './naming'

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
  /** The last changed first. */
  records: Touched[]
  next: string | null
}

/** What is looked for; what is not set is no condition. */
export type Asked = Omit<AuditSearch, 'event'>

/** Most lines of a log that is looked through: that a session goes on says nothing of what somebody did. */
export const SESSION_GOES_ON = 'identity.SessionRefreshed'
/** Whether it is left out unless the person wants all: not where sessions are what is looked for. */
export const mayLeaveOut = ({ category, type, command, record, correlation }: Asked): boolean =>
  category !== 'session' && !type && !command && !record && !correlation

export const useLog = (asked: Asked) =>
  useInfiniteQuery({
    queryKey: ['audit', 'search', asked],
    initialPageParam: '',
    getNextPageParam: (last: Schemas['SearchPage']) => last.next ?? undefined,
    queryFn: ({ pageParam, signal }) => {
      const { all, ...conditions } = asked
      const without = !all && mayLeaveOut(asked) ? SESSION_GOES_ON : undefined
      const given = Object.entries({ ...conditions, without, cursor: pageParam }).filter(([, value]) => value)
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
/** Its pages differ in the records alone. */
export const useAct = (id: string) =>
  useInfiniteQuery({
    queryKey: ['audit', 'act', id],
    enabled: Boolean(id),
    initialPageParam: '',
    getNextPageParam: (last: Did) => last.next ?? undefined,
    queryFn: ({ pageParam, signal }) =>
      get<Did>(`/audit/acts/${encodeURIComponent(id)}`, pageParam ? { cursor: pageParam } : undefined, signal),
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

/** All types of event that there are; they change with the suite alone. */
export const useEventTypes = () =>
  useQuery({
    queryKey: ['audit', 'event-types'],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: ({ signal }) => get<Schemas['EventTypes']>('/audit/event-types', undefined, signal),
  })

const NOBODY: Names = {}

/** What events and their records are called. */
export function useWording() {
  const { t, i18n } = useTranslation()
  const types = useTypes()
  /** What its name begins with, in words, and what happened, by its end: `AccountTagsChanged` → account, tags changed. */
  const split = (type: string) => {
    const { of, end } = splitOf(type, (name) => i18n.exists(`audit.done.${name}`))
    return { of, done: end ? t(`audit.done.${end}`) : spelled(type) }
  }
  const inWords = (type: string) => split(type).done
  return {
    /** What its command did, else its type in words. */
    what: (one: Pick<Head, 'record' | 'command_name' | 'type'>) => {
      const command = one.record && types.type(one.record.type)?.command(one.command_name)
      return command ? did(command.label) : inWords(one.type)
    },
    event: (one: Pick<Head, 'type'>) => inWords(one.type),
    /** The record type that its name begins with, if any, and all of it in words. */
    whole: (type: string) => {
      const { of, done } = split(type)
      const record = types.type(of.join('_').toLowerCase())
      return { record: record?.name, label: record ? `${record.label}: ${done}` : [...of, done].join(' ') }
    },
    /** Some records of a person stand under the person's own id: they go by the name. */
    title: (record: Head['record'], names: Names = NOBODY) =>
      record ? (titleOf(record, types.type(record.type)) ?? names[record.id]) : undefined,
    /** The record type, or what the stream is. */
    kind: (one: Pick<Head, 'record' | 'stream' | 'read'>) => {
      if (one.read) return t('audit.reads')
      const name = one.record?.type ?? one.stream.split('-')[0] ?? ''
      const own = `audit.kinds.${name}` // of types that have no pages
      return types.type(name)?.label ?? (i18n.exists(own) ? t(own) : name.replaceAll('_', ' '))
    },
    who: ({ actor, on_behalf_of }: Pick<Head, 'actor' | 'on_behalf_of'>, names: Names) => {
      const key = actor.startsWith('key-') ? (names[actor] ? t('audit.keyNamed', { name: names[actor] }) : t('audit.key')) : undefined
      const person = names[on_behalf_of] ?? names[actor]
      return key ? joined([key, ...(names[on_behalf_of] ? [names[on_behalf_of]] : [])]) : (person ?? t('timeline.system'))
    },
  }
}
