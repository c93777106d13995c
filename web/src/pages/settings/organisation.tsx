import { useQuery } from '@tanstack/react-query'
import { lazy } from 'react'
import { get } from '../../api/client'
import { useMe } from '../../app/session'
import { leastOf } from '../../data/seen'
import { Waiting } from '../../parts/offline/waiting'
import type { Organisation } from '../../parts/settings/organisation-form'
import { SettingsPage } from '../../parts/settings/settings-page'
import { useTranslation } from '../../words'

const Form = lazy(() => import('../../parts/settings/organisation-form'))

/** What holds for everybody: where days begin, in what sums are shown, when the year starts. */
export default function OrganisationPage() {
  const { t } = useTranslation()
  const { tenant } = useMe()
  const at = `/identity/organisations/${tenant}`
  const asked = useQuery({
    queryKey: ['settings', 'organisation'],
    queryFn: ({ signal }) => get<Organisation>(at, { min_version: leastOf(tenant) }, signal),
  })
  const { data } = asked
  return (
    <SettingsPage title={t('settings.pages.organisation')} topic="money">
      <Waiting on={asked} rows={6} />
      {data && <Form saved={data} at={at} />}
    </SettingsPage>
  )
}
