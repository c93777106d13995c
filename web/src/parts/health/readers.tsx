import { number } from '../../ui/format'
import { useTranslation } from '../../words'
import { Waiting } from '../offline/waiting'
import chips from '../settings/settings.module.css'
import { type Reader, useReaders, useViewNames } from './answers'
import s from './health.module.css'
import { Section } from './section'

const LATE = 1_000 // events; reactions note their place after 500

const toneOf = ({ lag }: Reader) => (lag === null ? 'bad' : lag > LATE ? 'past' : 'good')

/** How far each reader of the log is: one row each, with the events that it has not read. */
export function ReaderTable() {
  const { t } = useTranslation()
  const asked = useReaders()
  const { data } = asked
  const nameOf = useViewNames()
  return (
    <Section title={t('health.readers')} text={t('health.readersText')}>
      <Waiting on={asked} rows={4} />
      {data && (
        <table className={s.table}>
          <thead>
            <tr>
              <th scope="col">{t('health.reader')}</th>
              <th scope="col" data-num>
                {t('health.position')}
              </th>
              <th scope="col" data-num>
                {t('health.lag')}
              </th>
              <th scope="col">{t('health.state')}</th>
            </tr>
          </thead>
          <tbody>
            {data.items.map((one) => (
              <tr key={`${one.what} ${one.name}`}>
                <td>{one.name ? t('health.what.figuresOf', { name: nameOf(one.name) }) : t(`health.what.${one.what}`)}</td>
                <td data-num data-desk>
                  {one.position === null ? '' : number(one.position)}
                </td>
                <td data-num>{one.lag === null ? '' : number(one.lag)}</td>
                <td>
                  <span className={chips.chip} data-tone={toneOf(one)}>
                    {t(`health.tones.${toneOf(one)}`)}
                  </span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Section>
  )
}
