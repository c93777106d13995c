import { useQueries, useQueryClient } from '@tanstack/react-query'
import type { ListQuery } from '../../data/keys'
import { useMoment } from '../../data/moment'
import { PAGE, type Page, pageOf } from '../../data/records'
import type { ObjectDescription } from '../../meta/describe'
import type { Doc } from '../../meta/meta'
import { both } from '../filters/tree'
import type { Layout, Line, Section } from './layout'

export interface Rows {
  record(line: Line | undefined): Doc | undefined
  names(line: Line | undefined): Record<string, string>
  /** Whether it is not on its way: the suite refused it, or nobody answered. */
  failed(line: Line | undefined): boolean
  /** Why lines that are asked for are not here. */
  error: unknown
  /** Asks once more for what did not come. */
  retry(): void
}

/** The question of a section: the list's, narrowed to what its rows have in common. */
export const sectionQuery = (query: ListQuery, section: Section): ListQuery =>
  section.tree ? { ...query, filter: both(query.filter as never, section.tree) } : query

/** The pages that the lines from `first` to `last` need, read and kept; what was scrolled past is forgotten after a while. */
export function useRows(object: ObjectDescription, query: ListQuery, lines: Layout, first: number, last: number): Rows {
  const client = useQueryClient()
  const moment = useMoment()
  const wanted = new Map<string, { section: Section; page: number }>()
  for (let place = Math.max(0, first); place <= Math.min(last, lines.total - 1); place += 1) {
    const line = lines.at(place)
    if (line?.kind !== 'row') continue
    const page = Math.floor(line.index / PAGE)
    wanted.set(`${line.section.id}|${page}`, { section: line.section, page })
  }
  const keys = [...wanted.keys()]
  const found = useQueries({
    queries: [...wanted.values()].map(({ section, page }) => pageOf(client, object, sectionQuery(query, section), moment, page)),
  })
  const askedAt = (line: Line | undefined) => {
    if (line?.kind !== 'row') return undefined
    const at = keys.indexOf(`${line.section.id}|${Math.floor(line.index / PAGE)}`)
    return at < 0 ? undefined : found[at]
  }
  const pageAt = (line: Line | undefined): Page | undefined => askedAt(line)?.data
  const missing = found.filter((one) => one.isError && one.data === undefined)
  return {
    record: (line) => (line?.kind === 'row' ? pageAt(line)?.items[line.index % PAGE] : undefined),
    names: (line) => pageAt(line)?.names ?? NOBODY,
    failed: (line) => missing.some((one) => one === askedAt(line)),
    error: missing[0]?.error,
    retry: () => missing.forEach((one) => void one.refetch()),
  }
}
const NOBODY: Record<string, string> = {}
