import { number } from '../../ui/format'
import { useTranslation } from '../../words'
import { useViewNames } from '../health/answers'
import type { Backups } from './answers'
import s from './backup.module.css'

/** How many records of each type the drill restored, next to those of the live suite; types without any are left out. */
export function Counts({ counts }: { counts: NonNullable<Backups['drill']>['counts'] }) {
  const { t } = useTranslation()
  const nameOf = useViewNames()
  const some = counts.filter(({ restored, live }) => restored || live)
  if (some.length === 0) return null
  const rows = some.map((one) => ({ ...one, name: nameOf(one.records) })).sort((a, b) => a.name.localeCompare(b.name))
  return (
    <details className={s.table}>
      <summary>{t('backup.counts')}</summary>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('audit.kind')}</th>
            <th scope="col" data-num>
              {t('backup.back')}
            </th>
            <th scope="col" data-num>
              {t('backup.live')}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ records, name, restored, live }) => (
            <tr key={records}>
              <td>{name}</td>
              <td data-num>{number(restored)}</td>
              <td data-num>{live === null ? '—' : number(live)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  )
}
