import { joined } from '../../ui/format'
import type { Role } from './levels'
import { useAll } from './use-save'

export interface User {
  id: string
  version: number
  name: string
  email?: string
  roles: string[]
  teams: string[]
  manager?: string | null
  status: 'listed' | 'invited' | 'active' | 'suspended' | 'deactivated'
}
export interface Team {
  id: string
  version: number
  name: string
  parent?: string | null
  leads: string[]
}

/** Those whom a text finds, or the first ones by name. */
export const useUsers = (text = '') => useAll<User>('user', '/identity/users', text ? { q: text, sort: 'relevance' } : { sort: 'name' })
export const useTeams = () => useAll<Team>('team', '/identity/teams', { sort: 'name' })
export const useRoles = () => useAll<Role>('role', '/identity/access/roles', { limit: undefined, names: undefined, min_version: undefined })

/** Reads ids, or one, as the names that options have for them. */
export function namesIn(options: { value: string; label: string }[]): (ids: unknown) => string {
  const names = new Map(options.map(({ value, label }) => [value, label]))
  return (ids) => joined([ids ?? []].flat().map((id) => names.get(String(id)) ?? ''))
}

export const optionsOf = (items: { id: string; name: string }[] | undefined) =>
  (items ?? []).map(({ id, name }) => ({ value: id, label: name }))
