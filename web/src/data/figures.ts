import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { get, type Query } from '../api/client'
import type { components } from '../api/schema/analytics'
import { dayOfMoment } from '../ui/format'
import { keys } from './keys'
import { useMoment } from './moment'
import { useSettled } from './settled'
import { turns } from './turns'

export type Figures = components['schemas']['Figures']
export type FigureColumn = components['schemas']['FigureColumn']
export type Metric = components['schemas']['ShownMetric']
export type Row = Record<string, unknown>

const FRESH_MS = 60_000
const STILL_MS = 400 // a page asks a dozen questions: only once the hand of the slider rests
const turn = turns(3) // the suite lets twelve questions of a user wait: those of other tabs, too
export const PATH = '/analytics/metrics'

/** The figures that the caller may ask for, with their labels and dimensions. */
export function useMetrics(language: string) {
  return useQuery({
    queryKey: keys.figures('', { language }),
    staleTime: 300_000,
    queryFn: ({ signal }) => get<{ items: Metric[] }>(PATH, undefined, signal),
  })
}

/** The question of a metric at the day that one looks at. The suite has no figures by what was known then: `KnownNote` says so. */
export function useAsked(query: Query): Query {
  const { at } = useMoment()
  return { ...query, as_of: useSettled(at && dayOfMoment(at), STILL_MS) }
}

/** A metric by its name: its groups, and the total over all of them. language: the labels are in it. */
export function useFigures(metric: string, query: Query, language: string, enabled = true) {
  const asked = useAsked(query)
  return useQuery({
    queryKey: keys.figures(metric, { ...asked, language }),
    staleTime: FRESH_MS,
    enabled,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => turn(signal, () => get<Figures>(`${PATH}/${metric}`, asked, signal)),
  })
}
