import { useState } from 'react'
import { newKey } from '../api/client'
import { isProblem } from '../api/problem'
import { sendForm } from '../data/files'
import { type Edited, type FaultyRow, fileOf, sentAs, together } from '../parts/import/corrections'
import { FileStep } from '../parts/import/file-step'
import { JobStep } from '../parts/import/job-step'
import { type Inspected, type Mapping, startOf } from '../parts/import/mapping'
import { MappingStep } from '../parts/import/mapping-step'
import { useTranslation } from '../words'
import s from './import.module.css'

const STEPS = ['file', 'mapping', 'try', 'run'] as const
type At = (typeof STEPS)[number]
/** What is sent: the file, and the cells that were written anew. */
interface Source {
  file: File
  encoding: string
  cells: Edited
}

/** One question on each page: which file, what its columns are, what would become of it, and then it happens. */
export function Import() {
  const { t } = useTranslation()
  const [at, setAt] = useState<At>('file')
  const [source, setSource] = useState<Source>()
  const [found, setFound] = useState<Inspected>()
  const [looks, setLooks] = useState(0)
  const [kept, setKept] = useState<string>()
  const [mapping, setMapping] = useState<Mapping>()
  const [job, setJob] = useState<string>()
  const [key, setKey] = useState('')
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
  const inspect = (file: File, asked: { resource?: string; encoding?: string; mapping_id?: string } = {}) =>
    act(async () => {
      const form = new FormData()
      if (asked.resource) form.set('resource', asked.resource)
      if (asked.mapping_id) form.set('mapping_id', asked.mapping_id)
      form.set('file', file)
      const next = await sendForm<Inspected>('/imports/inspect', form, { query: { encoding: asked.encoding } })
      setSource({ file, encoding: next.encoding, cells: {} })
      setFound(next)
      setLooks((count) => count + 1)
      setMapping(startOf(next))
      setKept(asked.mapping_id)
      setAt('mapping')
    })
  const send = (path: string, next: At, what = source, once?: string) =>
    act(async () => {
      if (!what) return
      const form = new FormData()
      form.set('mapping', JSON.stringify(mapping))
      form.set('files', what.file)
      if (Object.keys(what.cells).length > 0) form.set('corrections', sentAs(what.file.name, what.cells))
      const { id } = await sendForm<{ id: string }>(path, form, { query: { encoding: what.encoding }, key: once })
      setSource(what)
      setJob(id)
      setAt(next)
    })
  const rehearse = (what = source) => {
    setKey(newKey()) // one import for each try, however often it is sent
    void send('/imports/dry-run', 'try', what)
  }
  const again = (cells: Edited, rows: FaultyRow[]) => {
    if (!source) return
    if (at === 'try') rehearse({ ...source, cells: together(source.cells, cells) })
    else rehearse({ file: fileOf(source.file.name, rows, cells), encoding: 'utf-8', cells: {} })
  }
  return (
    <div className={s.page}>
      <aside className={s.rail}>
        <h1>{t('import.title')}</h1>
        <ol>
          {STEPS.map((step, n) => (
            <li key={step} aria-current={step === at ? 'step' : undefined} data-done={STEPS.indexOf(at) > n || undefined}>
              <i aria-hidden>{n + 1}</i>
              <span>{t(`import.steps.${step}`)}</span>
            </li>
          ))}
        </ol>
      </aside>
      <section className={s.body}>
        {at === 'file' && <FileStep busy={busy} onFile={(chosen) => void inspect(chosen)} />}
        {at === 'mapping' && found && source && mapping && (
          <MappingStep
            key={looks}
            found={found}
            mapping={mapping}
            busy={busy}
            onMapping={setMapping}
            kept={kept}
            onKept={setKept}
            onChosen={(mapping_id) => void inspect(source.file, { mapping_id, encoding: found.encoding })}
            onType={(resource) => void inspect(source.file, { resource, encoding: found.encoding })}
            onEncoding={(encoding) => void inspect(source.file, { resource: found.resource, encoding, mapping_id: kept })}
            onBack={() => setAt('file')}
            onNext={() => rehearse()}
          />
        )}
        {(at === 'try' || at === 'run') && (
          <JobStep
            key={job}
            id={job}
            dry={at === 'try'}
            busy={busy}
            onBack={() => setAt('mapping')}
            onRun={() => void send('/imports', 'run', source, key)}
            onAgain={again}
          />
        )}
        <p role="alert" className={s.problem}>
          {problem}
        </p>
      </section>
    </div>
  )
}

/** The message, and each mistake with its place. */
function wordsOf(error: unknown): string {
  if (!isProblem(error)) return ''
  const places = error.errors.map(({ field, message }) => (field ? `${field}: ${message}` : message))
  return places.join('\n') || error.message
}
