import { useQuery, useQueryClient } from '@tanstack/react-query'
import { call, get, newKey } from '../../api/client'
import { type Me, may, useMe } from '../../app/session'
import type { Done } from '../../data/act'
import { leastFor, wrote } from '../../data/seen'
import { announce } from '../../data/undo'
import { t } from '../../words'
import type { SavedView, ViewContent } from './model'

const PATH = '/customer/saved-views'
const NONE: SavedView[] = []

/** Whoever may not read views does not ask for them: each refusal would be a line of the read log. */
export const viewsOf = (type: string, me: Me) => ({
  queryKey: ['saved_view', 'list', { type }, 'now'] as const,
  enabled: may(me, 'saved_view', 'read'),
  staleTime: 300_000,
  queryFn: async ({ signal }: { signal: AbortSignal }) =>
    (await get<{ items: SavedView[] }>(PATH, { resource: type, limit: 200, sort: 'name', min_version: leastFor('saved_view') }, signal))
      .items,
})

/** The saved views of a record type that the person reads: own ones first, then by name. */
export function useSavedViews(type: string): { saved: SavedView[]; reading: boolean } {
  const { data, isFetching } = useQuery(viewsOf(type, useMe()))
  return { saved: data ?? NONE, reading: isFetching }
}

export interface Naming {
  name: string
  shared: boolean
  pinned: boolean
  default: boolean
}

/** Makes, changes, shares and archives views; lists are asked again afterwards. */
export function useViewActs(type: string) {
  const client = useQueryClient()
  const after = async <T extends Done>(done: T, said?: string): Promise<T> => {
    wrote('saved_view', done.id, done.version)
    await client.invalidateQueries({ queryKey: ['saved_view'] })
    if (said) announce(client, said, done.undo)
    return done
  }
  const share = (id: string, shared: boolean) =>
    call<Done>('POST', `${PATH}/${id}/${shared ? 'share' : 'unshare'}`, { body: {}, key: newKey() })
  return {
    create: async (content: ViewContent, { shared, ...named }: Naming): Promise<string> => {
      const done = await call<Done>('POST', PATH, { body: { ...content, ...named, resource: type }, key: newKey() })
      if (shared) await share(done.id, true)
      await after(done)
      return done.id
    },
    change: async (view: SavedView, body: Partial<ViewContent & Omit<Naming, 'shared'>>) =>
      after(await call<Done>('PATCH', `${PATH}/${view.id}`, { body, key: newKey() }), t('list.viewSaved')),
    share: async (view: SavedView, shared: boolean) =>
      after(await share(view.id, shared), t(shared ? 'list.viewShared' : 'list.viewPrivate')),
    archive: async (view: SavedView) =>
      after(
        await call<Done>('POST', `${PATH}/${view.id}/archive`, { body: {}, key: newKey() }),
        t('list.viewRemoved', { name: view.name }),
      ),
  }
}
