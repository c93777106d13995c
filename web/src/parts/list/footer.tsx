import { useBoard } from '../../data/boards'
import type { ListQuery } from '../../data/keys'
import type { ObjectDescription } from '../../meta/describe'
import { useTranslation } from '../../words'
import s from './list.module.css'
import { compactSums, sumsByCurrency } from './sums'

interface Props {
  object: ObjectDescription
  query: ListQuery
  sums: string[]
  count: number | undefined
  more?: boolean
}

/** How many there are, and what they add up to: of all that the filters find, not of a page. */
export function Footer({ object, query, sums, count, more }: Props) {
  const { t } = useTranslation()
  const currency = object.field(sums[0] ?? '')?.currency ?? ''
  const { sort: _, fields: __, ...asked } = query
  const board = useBoard(
    object,
    { ...asked, by: currency, sum: sums },
    undefined,
    currency !== '' && object.field(currency)?.filterable === true,
  )
  const found = sumsByCurrency(board.data?.groups ?? [], sums)
  return (
    <footer className={s.foot}>
      <span className="num">{count === undefined ? ' ' : t(more ? 'list.recordsMore' : 'list.records', { count })}</span>
      <span className={s.grow} />
      {sums.map((name) => {
        const shown = compactSums({ sums: found[name] ?? [] }, object.field(name))
        return shown ? (
          <span key={name}>
            {object.field(name)?.label} <b className="num">{shown}</b>
          </span>
        ) : null
      })}
    </footer>
  )
}
