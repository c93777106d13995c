import { useBackups } from '../../parts/backup/answers'
import { Drill } from '../../parts/backup/drill'
import { Figures } from '../../parts/backup/figures'
import { StateOfBackups } from '../../parts/backup/head'
import { Listed } from '../../parts/backup/listed'
import { SetUp } from '../../parts/backup/set-up'
import { Failure } from '../../parts/offline/failure'
import { Waiting } from '../../parts/offline/waiting'
import { SettingsPage } from '../../parts/settings/settings-page'
import { useTranslation } from '../../words'

/** For operators: would what is lost come back, how much would be missing, and how long would it take. */
export default function Backup() {
  const { t } = useTranslation()
  const asked = useBackups()
  const { data, error } = asked
  return (
    <SettingsPage title={t('settings.pages.backup')} lead={t('backup.lead')} topic="backup" wide>
      <Waiting on={asked} rows={6} />
      {data && error && <Failure error={error} onRetry={() => void asked.refetch()} />}
      {data && (
        <>
          {!error && <StateOfBackups found={data} />}
          {(data.archives || data.drill) && <Figures found={data} />}
          {!data.archives && <SetUp />}
          {(data.archives || data.drill) && <Drill found={data} />}
          {data.listed.length > 0 && <Listed listed={data.listed} />}
        </>
      )}
    </SettingsPage>
  )
}
