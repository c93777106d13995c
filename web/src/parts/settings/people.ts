import { titleOfFound } from '../../meta/fields/found'
import { joined } from '../../ui/format'
import type { Role } from './levels'
import { useAll, useCount, useEvery, usePages } from './use-save'

export interface User {
  id: string
  version: number
  name: string
  email?: string
  roles: string[]
  teams: string[]
  manager?: string | null
  second_factor?: boolean
  status: 'listed' | 'invited' | 'active' | 'suspended' | 'deactivated'
}
export interface Team {
  id: string
  version: number
  name: string
  parent?: string | null
  leads: string[]
}

const USERS = '/identity/users'
const STAYING = { 'status[ne]': 'deactivated' }
/** gone: those, too, who have left. bare: only those whose sign-in asks for no second factor. */
interface Which {
  gone: boolean
  bare: boolean
}
const which = (text: string, { gone, bare }: Which) => ({
  ...(text && { q: text }),
  ...(!gone && STAYING),
  ...(bare && { second_factor: false }),
})

/** Those whom a text finds, the best first, or all by name; page after page. */
export const useUsers = (text: string, those: Which) =>
  usePages<User>('user', USERS, { ...which(text, those), sort: text ? 'relevance' : 'name' })
export const useNumberOfUsers = (text: string, those: Which) => useCount('user', USERS, which(text, those))
/** How many people are in a team itself, without those who have left. */
export const useNumberIn = (team: string, enabled: boolean) => useCount('user', USERS, { ...STAYING, 'teams[in]': team }, enabled)
export const useTeams = () => useEvery<Team>('team', '/identity/teams', { sort: 'name' })
export const useRoles = () => useAll<Role>('role', '/identity/access/roles', { limit: undefined, names: undefined, min_version: undefined })

/** Reads ids, or one, as the names that the page knows, or that a picker has found. */
export const namesIn =
  (names: Record<string, string>) =>
  (ids: unknown): string =>
    joined([ids ?? []].flat().map((id) => names[String(id)] ?? titleOfFound(String(id)) ?? ''))
