import { SettingsPage } from '../../parts/settings/settings-page'
import { SampleDataSwitch } from '../../parts/start/sample-data'
import { useTranslation } from '../../words'

export default function SampleData() {
  const { t } = useTranslation()
  return (
    <SettingsPage title={t('settings.pages.sample-data')} lead={t('settings.sampleLead')} topic="start">
      <SampleDataSwitch />
    </SettingsPage>
  )
}
