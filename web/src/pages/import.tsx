import { useState } from 'react'
import { newKey } from '../api/client'
import { isProblem } from '../api/problem'
import { sendForm } from '../data/files'
import { FileStep } from '../parts/import/file-step'
import { JobStep } from '../parts/import/job-step'
import { type Inspected, type Mapping, startOf } from '../parts/import/mapping'
import { MappingStep } from '../parts/import/mapping-step'
import { useTranslation } from '../words'
import s from './import.module.css'

const STEPS = ['file', 'mapping', 'try', 'run'] as const
type At = (typeof STEPS)[number]

/** One question on each page: which file, what its columns are, what would become of it, and then it happens. */
export function Import() {
  const { t } = useTranslation()
  const [at, setAt] = useState<At>('file')
  const [file, setFile] = useState<File>()
  const [found, setFound] = useState<Inspected>()
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
  const inspect = (chosen: File, asked: { resource?: string; encoding?: string } = {}) =>
    act(async () => {
      const form = new FormData()
      if (asked.resource) form.set('resource', asked.resource)
      form.set('file', chosen)
      setFile(chosen)
      const next = await sendForm<Inspected>('/imports/inspect', form, { query: { encoding: asked.encoding } })
      setFound(next)
      setMapping(startOf(next))
      setAt('mapping')
    })
  const send = (path: string, next: At, once?: string) =>
    act(async () => {
      const form = new FormData()
      form.set('mapping', JSON.stringify(mapping))
      if (file) form.set('files', file)
      const { id } = await sendForm<{ id: string }>(path, form, { query: { encoding: found?.encoding }, key: once })
      setJob(id)
      setAt(next)
    })
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
        {at === 'mapping' && found && file && mapping && (
          <MappingStep
            found={found}
            mapping={mapping}
            busy={busy}
            onMapping={setMapping}
            onType={(resource) => void inspect(file, { resource, encoding: found.encoding })}
            onEncoding={(encoding) => void inspect(file, { resource: found.resource, encoding })}
            onBack={() => setAt('file')}
            onNext={() => {
              setKey(newKey()) // one import for each mapping that was tried, however often it is sent
              void send('/imports/dry-run', 'try')
            }}
          />
        )}
        {(at === 'try' || at === 'run') && (
          <JobStep
            key={job}
            id={job}
            dry={at === 'try'}
            busy={busy}
            onBack={() => setAt('mapping')}
            onRun={() => void send('/imports', 'run', key)}
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
