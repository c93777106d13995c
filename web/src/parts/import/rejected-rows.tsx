import { useTranslation } from '../../words'
import s from './import.module.css'
import type { RejectedRow } from './use-job'

const FEW = 50

/** The rows that are not taken, each with its line in the file and what is wrong with it. */
export function RejectedRows({ rows, total }: { rows: RejectedRow[]; total: number }) {
  const { t } = useTranslation()
  return (
    <section aria-label={t('import.rejectedRows')}>
      <h3 className={s.sub}>{t('import.rejectedRows')}</h3>
      <table className={s.table}>
        <tbody>
          {rows.slice(0, FEW).map((row) => (
            <tr key={`${row.step} ${row.row} ${row.line}`}>
              <td className={`num ${s.line}`}>{t('import.line', { line: row.line ?? row.row ?? 0 })}</td>
              <td>
                {(row.errors ?? []).map(({ field, code, message }) => (
                  <p key={`${field} ${code}`}>
                    <b>{field}</b> {message}
                  </p>
                ))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {total > FEW && <p className={s.soft}>{t('import.moreRejected', { count: total - FEW })}</p>}
    </section>
  )
}
