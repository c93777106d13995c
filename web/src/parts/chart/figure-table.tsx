import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { ListSearch } from '../../app/search'
import type { Figures, Row } from '../../data/figures'
import { day, shortDay } from '../../ui/format'
import { useTranslation } from '../../words'
import s from './chart.module.css'
import { nameOf, written } from './written'

interface Props {
  figures: Figures
  label: string
  /** The list of the records behind a row, as behind the bar of the chart; undefined where no list tells it. */
  leads(row: Row): ListSearch | undefined
  /** Whether the groups add up to something: stages of a funnel do not, its deals are all in the first. */
  total: boolean
}

/** The same figures as a table: for exact values, and for everybody who does not see a chart. */
export function FigureTable({ figures, label, leads, total }: Props) {
  const { t } = useTranslation()
  const columns = figures.columns.filter((column) => column.role === 'figure')
  const compared = figures.compare !== null
  const dayOf = figures.compare?.slice(0, 4) === figures.as_of.slice(0, 4) ? shortDay : day
  const currency = (row: Record<string, unknown>) => String(row.currency ?? '')
  const grouped = figures.columns.some((column) => column.role === 'dimension' || column.role === 'bucket')
  return (
    <div className={s.table}>
      <table aria-label={label}>
        <thead>
          <tr>
            <th scope="col" rowSpan={compared ? 2 : 1}>
              {t('dash.group')}
            </th>
            {(compared ? columns.filter(({ name }) => !name.endsWith('_before')) : columns).map((column) => (
              <th key={column.name} scope={compared ? 'colgroup' : 'col'} colSpan={compared ? 2 : 1} data-num>
                {column.label}
              </th>
            ))}
          </tr>
          {compared && (
            <tr>
              {columns.map((column) => (
                <th key={column.name} scope="col" data-num>
                  {dayOf(column.day ?? '')}
                </th>
              ))}
            </tr>
          )}
        </thead>
        <tbody>
          {(grouped ? figures.rows : []).map((row) => (
            <tr key={JSON.stringify(row)}>
              <th scope="row">
                <Behind search={leads(row)}>{nameOf(figures, row)}</Behind>
              </th>
              {columns.map((column) => (
                <td key={column.name}>{written(row[column.name], column.unit, currency(row))}</td>
              ))}
            </tr>
          ))}
          {(total ? figures.total : []).map((row) => (
            <tr key={`total ${currency(row)}`} data-total>
              <th scope="row">{t('dash.total')}</th>
              {columns.map((column) => (
                <td key={column.name}>{written(row[column.name], column.unit, currency(row))}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {!figures.complete && <p>{t('dash.incomplete')}</p>}
    </div>
  )
}

/** A link that every key reaches, where a chart has only its bars. */
function Behind({ search, children }: { search: ListSearch | undefined; children: ReactNode }) {
  if (!search) return children
  return (
    <Link to="/o/$type" params={{ type: 'opportunity' }} search={search}>
      {children}
    </Link>
  )
}
