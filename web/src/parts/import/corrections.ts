import type { RejectedRow } from './use-job'

export type Cells = Record<string, string>
/** By the row's number in the file: the cells that a person wrote anew. */
export type Edited = Record<number, Cells>

export interface FaultyRow {
  row: number
  line: number
  cells: Cells
  errors: { field: string; code: string; message: string; columns: string[] }[]
}

/** Each row once, whichever steps refused it. */
export function rowsOf(rejected: RejectedRow[]): FaultyRow[] {
  const found = new Map<number, FaultyRow>()
  for (const { row, line, cells, errors } of rejected) {
    const one = found.get(row) ?? { row, line, cells, errors: [] }
    for (const { field, code, message, column } of errors)
      if (!one.errors.some((other) => other.field === field && other.message === message))
        one.errors.push({ field, code, message, columns: column ? column.split(', ') : [] })
    found.set(row, one)
  }
  return [...found.values()]
}

export function edited(before: Edited, row: FaultyRow, column: string, text: string): Edited {
  const cells = { ...before[row.row], [column]: text }
  if (row.cells[column] === text) delete cells[column]
  const { [row.row]: _, ...others } = before
  return Object.keys(cells).length > 0 ? { ...others, [row.row]: cells } : others
}

/** What a later try adds to what was put right before. */
export const together = (before: Edited, now: Edited): Edited =>
  Object.fromEntries([...Object.keys(before), ...Object.keys(now)].map((row) => [row, { ...before[Number(row)], ...now[Number(row)] }]))

/** As the suite takes them. */
export const sentAs = (file: string, all: Edited): string =>
  JSON.stringify(Object.entries(all).map(([row, cells]) => ({ file, row: Number(row), cells })))

const MARKED = /^(?:'*[\t\r\n]|[\s']*[=+\-@＝＋－＠])/ // what the suite writes a mark before, and takes it off again
const cell = (text: string): string => `"${(MARKED.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`

/** The rows that were put right, as a file of their own: those that an import has refused. */
export function fileOf(name: string, rows: FaultyRow[], all: Edited): File {
  const chosen = rows.filter(({ row }) => all[row])
  const columns = [...new Set(chosen.flatMap(({ cells }) => Object.keys(cells)))]
  const lines = chosen.map((one) => columns.map((column) => all[one.row]?.[column] ?? one.cells[column] ?? ''))
  return new File([[columns, ...lines].map((line) => `${line.map(cell).join(',')}\n`).join('')], name, { type: 'text/csv' })
}
