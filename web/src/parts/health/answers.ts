import { useQuery } from '@tanstack/react-query'
import { get, send } from '../../api/client'
import type { components } from '../../api/schema/audit'
import type { components as root } from '../../api/schema/root'
import { useTypes } from '../../meta/use-types'
import { useTranslation } from '../../words'

type Schemas = components['schemas']
export type Reader = Schemas['Reader']
export type ParkedEvent = Schemas['ParkedEvent']
export type Ready = root['schemas']['Ready']
const OFTEN = 5_000

/** Whether the suite is ready: its answer is the same with 200 and with 503. */
export const useReady = () =>
  useQuery({
    queryKey: ['health', 'ready'],
    refetchInterval: OFTEN,
    queryFn: async ({ signal }) => (await (await send('GET', '/readyz', { auth: false, signal })).json()) as Ready,
  })
export const useReaders = () =>
  useQuery({
    queryKey: ['health', 'readers'],
    refetchInterval: OFTEN,
    queryFn: ({ signal }) => get<Schemas['Readers']>('/audit/readers', undefined, signal),
  })
export const useParked = () =>
  useQuery({
    queryKey: ['health', 'parked'],
    refetchInterval: OFTEN,
    queryFn: ({ signal }) => get<Schemas['ParkedEvents']>('/audit/parked-events', undefined, signal),
  })
/** undefined where none was signed yet. */
export const useCheckpoint = () =>
  useQuery({
    queryKey: ['health', 'checkpoint'],
    refetchInterval: OFTEN,
    queryFn: async ({ signal }) => (await get<Schemas['Checkpoints']>('/audit/checkpoints', { last: 1 }, signal)).items[0] ?? null,
  })

/** What a view is called: the plural of its record type, else a word of our own, else its name. */
export function useViewNames(): (view: string) => string {
  const { t, i18n } = useTranslation()
  const types = useTypes().all
  return (view) => {
    const type = types.find(({ path }) => path.split('/').at(-1)?.replaceAll('-', '_') === view)
    if (type) return type.plural
    return i18n.exists(`health.views.${view}`) ? t(`health.views.${view}`) : view.replaceAll('_', ' ')
  }
}
