import { isProblem } from '../../api/problem'
import { moment, number } from '../../ui/format'
import { useTranslation } from '../../words'
import { useCheckpoint } from './answers'
import s from './health.module.css'
import { Section } from './section'

/** The newest signed state of the ledger: what an auditor keeps. */
export function Checkpoint() {
  const { t } = useTranslation()
  const { data, error } = useCheckpoint()
  return (
    <Section title={t('health.ledger')} text={t('health.ledgerText')}>
      {data === null && <p className={s.last}>{t('health.noCheckpoint')}</p>}
      {error && <p className={s.last}>{isProblem(error) ? error.message : t('common.failedText')}</p>}
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
