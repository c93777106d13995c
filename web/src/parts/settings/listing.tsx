import type { ReactNode } from 'react'
import { Empty } from '../../ui/empty'
import { type Asked, Waiting } from '../offline/waiting'
import s from './settings.module.css'

interface Props<T> {
  on: Asked
  /** Undefined until they are there. */
  items: readonly T[] | undefined
  /** What was refused last. */
  problem: string | undefined
  /** How many rows stand while they are on their way. */
  bones: number
  /** What stands where there is none: title and text. */
  none: readonly [string, string]
  /** Heads of the columns; one more without a head is for the menu. */
  heads: readonly string[]
  /** The cells of a row. */
  cells: (item: T) => ReactNode
}

/** The list of a settings page: a refusal, the wait, an empty state, and else its table. */
export function Listing<T extends { id: string }>({ on, items, problem, bones, none, heads, cells }: Props<T>) {
  return (
    <>
      <p role="alert" className={s.problem}>
        {problem}
      </p>
      <Waiting on={on} rows={bones} />
      {items?.length === 0 && <Empty title={none[0]} text={none[1]} ghost />}
      {items && items.length > 0 && (
        <table className={s.table}>
          <thead>
            <tr>
              {heads.map((head) => (
                <th key={head} scope="col">
                  {head}
                </th>
              ))}
              <td />
            </tr>
          </thead>
          <tbody>
            {items.map((one) => (
              <tr key={one.id}>{cells(one)}</tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  )
}
