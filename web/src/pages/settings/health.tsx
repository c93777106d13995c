import { may, useMe } from '../../app/session'
import { Checkpoint } from '../../parts/health/checkpoint'
import s from '../../parts/health/health.module.css'
import { JobLine } from '../../parts/health/job-line'
import { Parked } from '../../parts/health/parked'
import { ReaderTable } from '../../parts/health/readers'
import { Replay } from '../../parts/health/replay'
import { State } from '../../parts/health/state'
import { Verification } from '../../parts/health/verification'
import { SettingsPage } from '../../parts/settings/settings-page'
import { useTranslation } from '../../words'

/** For operators: is all well, what is late, what could not be handled, and the acts that mend or prove it. */
export default function Health() {
  const { t } = useTranslation()
  const manages = may(useMe(), 'audit', 'manage')
  return (
    <SettingsPage title={t('settings.pages.health')} lead={t('health.lead')} topic="health" wide>
      <State />
      <JobLine />
      <ReaderTable />
      <Parked manages={manages} />
      <div className={s.pair}>
        <Verification />
        {manages && <Replay />}
        <Checkpoint />
      </div>
      <p className={s.soft}>
        {t('health.docsText')}{' '}
        <a href="/docs" target="_blank" rel="noreferrer">
          {t('health.docs')}
        </a>
      </p>
    </SettingsPage>
  )
}
