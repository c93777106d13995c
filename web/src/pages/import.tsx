import { Unsaved } from '../parts/form/unsaved'
import { FileStep } from '../parts/import/file-step'
import { JobStep } from '../parts/import/job-step'
import { MappingStep } from '../parts/import/mapping-step'
import { STEPS, useWizard } from '../parts/import/use-wizard'
import { useTranslation } from '../words'
import s from './import.module.css'

/** One question on each page: which file, what its columns are, what would become of it, and then it happens. */
export function Import() {
  const { t } = useTranslation()
  const wizard = useWizard()
  const { at, source, mapping, busy, inspect } = wizard
  const encoding = source?.found.encoding
  return (
    <div className={s.page}>
      <Unsaved when={() => wizard.unsent} />
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
        {at === 'mapping' && source && mapping && (
          <MappingStep
            key={wizard.looks}
            found={source.found}
            mapping={mapping}
            busy={busy}
            onMapping={wizard.setMapping}
            kept={wizard.kept}
            onKept={wizard.setKept}
            onChosen={(mapping_id) => void inspect(source.file, { mapping_id, encoding })}
            onType={(resource) => void inspect(source.file, { resource, encoding })}
            onEncoding={(next) => void inspect(source.file, { resource: source.found.resource, encoding: next, mapping_id: wizard.kept })}
            onBack={wizard.toFile}
            onNext={() => void wizard.rehearse()}
            onReport={wizard.toReport}
          />
        )}
        {(at === 'try' || at === 'run') && (
          <JobStep
            key={wizard.job}
            id={wizard.job}
            dry={at === 'try'}
            busy={busy}
            cells={wizard.typed}
            onCells={wizard.setTyped}
            onBack={wizard.toMapping}
            onRun={() => void wizard.run()}
            onAgain={(rows) => void wizard.again(rows)}
            onAllow={() => void wizard.allow()}
            onReport={wizard.toReport}
            later={wizard.later}
            onLater={wizard.openLater}
          />
        )}
        <p role="alert" className={s.problem}>
          {wizard.problem}
        </p>
      </section>
    </div>
  )
}
