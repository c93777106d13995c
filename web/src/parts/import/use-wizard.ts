import { useState } from 'react'
import { newKey } from '../../api/client'
import { isProblem } from '../../api/problem'
import { untilAnswered } from '../../data/again'
import { sendForm } from '../../data/files'
import { useTypes } from '../../meta/use-types'
import { useTranslation } from '../../words'
import { type Edited, type FaultyRow, fileOf, sentAs, together } from './corrections'
import { allowing, type Inspected, type Mapping, startOf } from './mapping'

export const STEPS = ['file', 'mapping', 'try', 'run'] as const
export type At = (typeof STEPS)[number]
/** What is sent: the file as it was looked at, and the cells that were written anew. */
interface Source {
  file: File
  found: Inspected
  cells: Edited
}
/** The report of an import, and the cells that were written anew in it. */
interface Report {
  job: string
  source: Source
  typed: Edited
  /** The rows that were put right, and are tried as a file of their own. */
  sent: number[]
}
/** An import of rows that an earlier one refused. */
export interface Later {
  job: string
  rows: number[]
  source: Source
}
interface Question {
  resource?: string
  encoding?: string
  mapping_id?: string
}

const NONE: Later[] = []

/** Sends something; what is wrong is a text. */
function useSending() {
  const { t } = useTranslation()
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState('')
  async function act(what: () => Promise<void>) {
    setBusy(true)
    setProblem('')
    try {
      await what()
    } catch (error) {
      setProblem(wordsOf(error) || t('common.failedText'))
    } finally {
      setBusy(false)
    }
  }
  return { busy, problem, act }
}

/** What the wizard holds from step to step, so that nothing that was typed is lost on the way. */
export function useWizard() {
  const { busy, problem, act } = useSending()
  const types = useTypes()
  const [at, setAt] = useState<At>('file')
  const [source, setSource] = useState<Source>()
  const [looks, setLooks] = useState(0)
  const [kept, setKept] = useState<string>()
  const [mapping, setMapping] = useState<Mapping>()
  const [job, setJob] = useState<string>()
  const [typed, setTyped] = useState<Edited>({}) // in the report that is shown, and not tried yet
  const [reports, setReports] = useState<Report[]>([]) // of imports whose rejected rows are at hand now
  const [taken, setTaken] = useState<Record<string, Later[]>>({}) // by the import that had refused the rows
  const [key, setKey] = useState('')

  const last = reports.at(-1)
  const cells = [typed, ...reports.map((report) => report.typed)]
  const show = (next: At, of: Source, id?: string, cells: Edited = {}) => {
    setSource(of)
    setTyped(cells)
    setJob(id)
    setAt(next)
  }
  const inspect = (file: File, asked: Question = {}) =>
    act(async () => {
      const found = await look(file, asked)
      const same = file === source?.file && found.encoding === source.found.encoding
      setLooks((count) => count + 1)
      setMapping(startOf(found))
      setKept(asked.mapping_id)
      show('mapping', { file, found, cells: same ? source.cells : {} })
    })
  const send = async (path: string, next: At, of: Source, how = mapping, once?: string) => {
    const form = new FormData()
    form.set('mapping', JSON.stringify(how))
    form.set('files', of.file)
    if (Object.keys(of.cells).length > 0) form.set('corrections', sentAs(of.file.name, of.cells))
    const sending = () => sendForm<{ id: string }>(path, form, { query: { encoding: of.found.encoding }, key: once })
    const { id } = await (once ? untilAnswered(sending) : sending())
    show(next, of, id)
    return id
  }
  const rehearse = async (of: Source, how = mapping) => {
    setKey(newKey()) // one import for each try, however often it is sent
    await send('/imports/dry-run', 'try', of, how)
  }
  /** A dry run takes the corrections along; after an import, the corrected rows are a file of their own. */
  const again = (rows: FaultyRow[]) =>
    act(async () => {
      if (!source || !job) return
      if (at === 'try') return rehearse(corrected(source, typed))
      const file = fileOf(source.file.name, rows, typed)
      const found = await look(file, { resource: source.found.resource, encoding: 'utf-8' })
      await rehearse({ file, found, cells: {} })
      setReports([...reports, { job, source, typed, sent: Object.keys(typed).map(Number) }])
    })
  /** Another try that creates what may exist already, too. */
  const allow = () =>
    act(async () => {
      if (!source || !mapping) return
      const how = allowing(mapping, (resource) => 'allow_duplicate' in (types.type(resource)?.create?.fields ?? {}))
      setMapping(how)
      await rehearse(corrected(source, typed), how)
    })
  const run = () =>
    act(async () => {
      if (!source) return
      const made = await send('/imports', 'run', source, mapping, key)
      if (!last) return
      setTaken({ ...taken, [last.job]: [...(taken[last.job] ?? []), { job: made, rows: last.sent, source }] })
      setReports([...reports.slice(0, -1), { ...last, typed: {}, sent: [] }])
    })
  const openLater = ({ job: id, source: of }: Later) => {
    if (source && job) setReports([...reports, { job, source, typed, sent: [] }])
    show('run', of, id)
  }
  return {
    at,
    source,
    looks,
    kept,
    mapping,
    job,
    typed,
    /** A file that was looked at, or cells that were written, and not imported yet. */
    unsent: at === 'mapping' || at === 'try' || cells.some((written) => Object.keys(written).length > 0),
    later: taken[job ?? ''] ?? NONE,
    openLater,
    busy,
    problem,
    setKept,
    setMapping,
    setTyped,
    inspect,
    again,
    allow,
    run,
    rehearse: () => act(async () => source && rehearse(source)),
    toFile: () => {
      setReports([])
      setAt('file')
    },
    toMapping: () => source && show('mapping', corrected(source, typed)),
    toReport: last && (() => [setReports(reports.slice(0, -1)), show('run', last.source, last.job, last.typed)]),
  }
}

const corrected = (source: Source, typed: Edited): Source => ({ ...source, cells: together(source.cells, typed) })

function look(file: File, asked: Question): Promise<Inspected> {
  const form = new FormData()
  if (asked.resource) form.set('resource', asked.resource)
  if (asked.mapping_id) form.set('mapping_id', asked.mapping_id)
  form.set('file', file)
  return sendForm<Inspected>('/imports/inspect', form, { query: { encoding: asked.encoding } })
}

/** The message, and each mistake with its place. */
function wordsOf(error: unknown): string {
  if (!isProblem(error)) return ''
  const places = error.errors.map(({ field, message }) => (field ? `${field}: ${message}` : message))
  return places.join('\n') || error.message
}
