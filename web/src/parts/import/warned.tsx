import { useTranslation } from '../../words'
import s from './import.module.css'
import type { WarnedRow } from './use-job'

const FEW = 20

/** Rows that are taken without some of their cells: which, and why. total: how many there are; `rows` may be the first of them. */
export function Warned({ rows, total }: { rows: WarnedRow[]; total: number }) {
  const { t } = useTranslation()
  const shown = rows.slice(0, FEW)
  return (
    <section aria-label={t('import.warned')}>
      <h3 className={s.sub}>{t('import.warned')}</h3>
      <p className={s.soft}>{t('import.warnedText')}</p>
      <ul className={s.warned}>
        {shown.flatMap((row) =>
          row.errors.map((one) => (
            <li key={`${row.step} ${row.row} ${one.field} ${one.code}`}>
              <b className="num">{t('import.line', { line: row.line })}</b> {one.column && <span>{one.column}</span>} {one.message}
            </li>
          )),
        )}
      </ul>
      {total > shown.length && <p className={s.soft}>{t('import.moreRejected', { count: total - shown.length })}</p>}
    </section>
  )
}
