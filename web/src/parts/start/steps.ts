import { useQuery } from '@tanstack/react-query'
import { get } from '../../api/client'
import { usePreferences, usePreferencesKnown } from '../../app/preferences'
import { useTranslation } from '../../words'

export interface Step {
  name: string
  label: string
  hint: string
  done: boolean
}
export interface Onboarding {
  steps: Step[]
  done: number
  total: number
}

/** Where a step is done. */
const PLACES: Record<string, string> = {
  organisation: '/settings/organisation',
  invite: '/settings/users',
  import: '/import',
  pipeline: '/settings/pipelines',
  deal: '/o/opportunity?create=true',
  activity: '/o/activity?create=true',
  connect: '/settings/api-keys',
  view: '/o/account',
}
export const placeOf = (step: Step): string => PLACES[step.name] ?? '/'

export function useSteps() {
  const { i18n } = useTranslation()
  return useQuery({
    queryKey: ['onboarding', i18n.language],
    queryFn: ({ signal }) => get<Onboarding>('/identity/onboarding', undefined, signal),
  })
}

/** The name under which somebody says that they have enough of them. */
export const CARD = 'first-steps'

/** How far somebody is, while there is something to do and they want to be told. */
export function useOpenSteps(): Onboarding | undefined {
  const { data } = useSteps()
  const { dismissed = [] } = usePreferences()
  return usePreferencesKnown() && data && data.done < data.total && !dismissed.includes(CARD) ? data : undefined
}
