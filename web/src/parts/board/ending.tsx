import type { ListQuery } from '../../data/keys'
import { useCount } from '../../data/records'
import type { ObjectDescription } from '../../meta/describe'
import { Rail } from './column'

interface Props {
  object: ObjectDescription
  /** What the board asks for; its own status is put in. */
  query: ListQuery
  id: string
  title: string
  tone: 'good' | 'bad'
  lifted: boolean
}

/** A way off the path, with the number of records that took it. */
export function Ending({ object, query, ...rail }: Props) {
  const { data } = useCount(object, { ...query, where: { ...query.where, status: rail.id } })
  return <Rail {...rail} count={data?.count} />
}
