import { dayAt, moment, shortDay, span } from '../../ui/format'
import { useTranslation } from '../../words'
import type { Measured } from './answers'
import s from './backup.module.css'

const HEIGHT = 64
const STEP = 24
const GAP = 3
const WIDEST = 28 // pixels of a bar, where there are few
const LEAST_HIGH = 2

interface Measure {
  name: string
  of(one: Measured): number
}

/** RPO and RTO over the drills: a bar for each, a failed one in red. The table below says the same in words. */
export function Drills({ drills }: { drills: Measured[] }) {
  const { t } = useTranslation()
  const measures: Measure[] = [
    { name: t('backup.rpo'), of: (one) => one.rpo_seconds },
    { name: t('backup.rto'), of: (one) => one.views_seconds },
  ]
  return (
    <>
      <div className={s.charts}>
        {measures.map((measure) => (
          <Bars key={measure.name} drills={drills} measure={measure} />
        ))}
      </div>
      <details className={s.table}>
        <summary>{t('backup.allDrills')}</summary>
        <table>
          <thead>
            <tr>
              <th scope="col">{t('backup.when')}</th>
              <th scope="col">{t('backup.result')}</th>
              {measures.map(({ name }) => (
                <th key={name} scope="col" data-num>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {drills.toReversed().map((one) => (
              <tr key={one.at}>
                <td>{moment(one.at)}</td>
                <td data-bad={!one.ok || undefined}>{t(one.ok ? 'backup.passed' : 'backup.failed')}</td>
                {measures.map(({ name, of }) => (
                  <td key={name} data-num>
                    {one.ok ? span(of(one)) : '—'}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </>
  )
}

function Bars({ drills, measure }: { drills: Measured[]; measure: Measure }) {
  const { t } = useTranslation()
  const worst = Math.max(...drills.filter((one) => one.ok).map(measure.of), 0)
  const high = (one: Measured) => (one.ok ? Math.max(LEAST_HIGH, worst ? (HEIGHT * measure.of(one)) / worst : 0) : HEIGHT)
  const [first, last] = [drills[0], drills.at(-1)]
  const label = t('backup.chart', { name: measure.name, count: drills.length, worst: span(worst) })
  return (
    <figure className={s.chart} style={{ maxWidth: Math.max(280, drills.length * WIDEST) }}>
      <figcaption>
        <b>{measure.name}</b> <span>{t('backup.worst', { worst: span(worst) })}</span>
      </figcaption>
      <svg viewBox={`0 0 ${drills.length * STEP - GAP} ${HEIGHT}`} role="img" aria-label={label} preserveAspectRatio="none">
        {drills.map((one, n) => (
          <rect
            key={one.at}
            x={n * STEP}
            y={HEIGHT - high(one)}
            width={STEP - GAP}
            height={high(one)}
            rx={1.5}
            data-failed={!one.ok || undefined}
            data-last={n === drills.length - 1 || undefined}
          >
            <title>{`${moment(one.at)}: ${one.ok ? span(measure.of(one)) : t('backup.failed')}`}</title>
          </rect>
        ))}
      </svg>
      <p aria-hidden>
        <span>{first && shortDay(dayAt(new Date(first.at)))}</span>
        <span>{last && shortDay(dayAt(new Date(last.at)))}</span>
      </p>
    </figure>
  )
}
