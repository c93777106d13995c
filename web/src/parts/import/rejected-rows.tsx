import { type Dispatch, type SetStateAction, useId } from 'react'
import { Button } from '../../ui/button'
import { useTranslation } from '../../words'
import { type Edited, edited, type FaultyRow, rowsOf } from './corrections'
import s from './import.module.css'
import type { RejectedRow } from './use-job'

interface Props {
  rows: RejectedRow[]
  /** How many rows were refused, each by as many steps as refused it: `rows` may be the first of them. */
  total: number
  busy: boolean
  /** What the button says. */
  again: string
  /** The cells that were written anew. */
  cells: Edited
  onCells: Dispatch<SetStateAction<Edited>>
  onAgain(rows: FaultyRow[]): void
}

/** The rows that are not taken, as they stand in the file: what is wrong stands at its cell, and each cell can be written anew. */
export function RejectedRows({ rows, total, busy, again, cells, onCells, onAgain }: Props) {
  const { t } = useTranslation()
  const faulty = rowsOf(rows)
  const columns = [...new Set(faulty.flatMap((row) => Object.keys(row.cells)))]
  const count = Object.keys(cells).length
  return (
    <section aria-label={t('import.rejectedRows')}>
      <h3 className={s.sub}>{t('import.rejectedRows')}</h3>
      <p className={s.soft}>{t('import.correct')}</p>
      <div className={s.wide}>
        <table className={s.grid}>
          <thead>
            <tr>
              <td />
              {columns.map((column) => (
                <th key={column} scope="col">
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {faulty.map((row) => (
              <tr key={row.row}>
                <th scope="row" className="num">
                  {t('import.line', { line: row.line })}
                  {row.errors.filter((one) => one.columns.length === 0).map(mistake)}
                </th>
                {columns.map((column) => (
                  <Cell
                    key={column}
                    row={row}
                    column={column}
                    text={cells[row.row]?.[column] ?? row.cells[column] ?? ''}
                    onText={(text) => onCells((before) => edited(before, row, column, text))}
                  />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {total > rows.length && <p className={s.soft}>{t('import.moreRejected', { count: total - rows.length })}</p>}
      <Button busy={busy} disabled={count === 0} onClick={() => onAgain(faulty)}>
        {count ? `${again} (${count})` : again}
      </Button>
    </section>
  )
}

const mistake = ({ field, code, message }: FaultyRow['errors'][number]) => (
  <small key={`${field} ${code}`} data-mistake>
    {message}
  </small>
)

function Cell({ row, column, text, onText }: { row: FaultyRow; column: string; text: string; onText(text: string): void }) {
  const { t } = useTranslation()
  const wrong = row.errors.filter((one) => one.columns.includes(column))
  const changed = text !== (row.cells[column] ?? '')
  const id = useId()
  return (
    <td data-wrong={(wrong.length > 0 && !changed) || undefined} data-changed={changed || undefined}>
      <input
        aria-label={t('import.cell', { line: row.line, column })}
        aria-invalid={(wrong.length > 0 && !changed) || undefined}
        aria-describedby={wrong.length > 0 ? id : undefined}
        value={text}
        onChange={(event) => onText(event.currentTarget.value)}
      />
      {wrong.length > 0 && <div id={id}>{wrong.map(mistake)}</div>}
    </td>
  )
}
