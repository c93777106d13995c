import { moment, number } from '../../ui/format'
import { useTranslation } from '../../words'
import { Waiting } from '../offline/waiting'
import { useCheckpoint } from './answers'
import s from './health.module.css'
import { Section } from './section'

/** The newest signed state of the ledger: what an auditor keeps. */
export function Checkpoint() {
  const { t } = useTranslation()
  const asked = useCheckpoint()
  const { data } = asked
  return (
    <Section title={t('health.ledger')} text={t('health.ledgerText')}>
      <Waiting on={asked} rows={2} />
      {data === null && <p className={s.last}>{t('health.noCheckpoint')}</p>}
      {data && (
        <dl className={s.facts}>
          <dt>{t('health.signed')}</dt>
          <dd>{moment(data.signed_at)}</dd>
          <dt>{t('health.size')}</dt>
          <dd className="num">{number(data.size)}</dd>
          <dt>{t('health.root')}</dt>
          <dd>
            <code>{data.root}</code>
          </dd>
        </dl>
      )}
    </Section>
  )
}
