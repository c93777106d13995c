import { useQuery } from '@tanstack/react-query'
import { get } from '../../api/client'
import { leastFor } from '../../data/seen'
import { type Pin, setPreferences, usePreferences } from '../preferences'
import { may, useMe } from '../session'

interface Offered {
  id: string
  name: string
  resource: string
}
export interface Place {
  path: string
  title: string
}

const pathOf = (pin: Pin): string => pin.path || (pin.type && pin.id ? `/o/${pin.type}/${pin.id}` : '')
export const viewPath = (type: string, id: string): string => `/o/${type}?view=${id}`

/** What the person pinned, then the views that their owners offer to all who read them. */
export function usePins(): Place[] {
  const { pins = [], dismissed = [] } = usePreferences()
  const me = useMe()
  const { data } = useQuery({
    queryKey: ['saved_view', 'list', 'pinned', 'now'],
    enabled: may(me, 'saved_view', 'read'),
    queryFn: async ({ signal }) => {
      const found = await get<{ items: Offered[] }>(
        '/customer/saved-views',
        { pinned: true, fields: 'name,resource', limit: 20, min_version: leastFor('saved_view') },
        signal,
      )
      return found.items
    },
    staleTime: 300_000,
  })
  const own = pins.map((pin) => ({ path: pathOf(pin), title: pin.title ?? '' })).filter((pin) => pin.path && pin.title)
  const offered = (data ?? []).map((view) => ({ path: viewPath(view.resource, view.id), title: view.name }))
  return [...own, ...offered.filter((one) => !own.some((pin) => pin.path === one.path) && !dismissed.includes(one.path))].slice(0, 30)
}

export const isPinned = (pins: readonly Place[], path: string): boolean => pins.some((pin) => pin.path === path)

export const pin = (place: Place): Promise<void> =>
  setPreferences((now) => ({
    ...now,
    pins: [...(now.pins ?? []).filter((one) => pathOf(one) !== place.path), place].slice(-100),
    dismissed: (now.dismissed ?? []).filter((path) => path !== place.path),
  }))
export const unpin = (path: string): Promise<void> =>
  setPreferences((now) => ({
    ...now,
    pins: (now.pins ?? []).filter((one) => pathOf(one) !== path),
    dismissed: [...(now.dismissed ?? []).filter((one) => one !== path), path].slice(-200),
  }))
