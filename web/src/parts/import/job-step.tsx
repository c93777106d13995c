import { Link } from '@tanstack/react-router'
import { type Dispatch, type SetStateAction, useId, useState } from 'react'
import { call } from '../../api/client'
import { untilAnswered } from '../../data/again'
import { download } from '../../data/files'
import { Button } from '../../ui/button'
import { number } from '../../ui/format'
import { useTranslation } from '../../words'
import { Waiting } from '../offline/waiting'
import { wordsOf } from '../offline/words-of'
import { CameIn, WentBack } from './came-in'
import type { Edited, FaultyRow } from './corrections'
import s from './import.module.css'
import { RejectedRows } from './rejected-rows'
import { Taken } from './taken'
import { useHeld, useJob } from './use-job'
import type { Later } from './use-wizard'
import { Warned } from './warned'

interface Props {
  id?: string
  /** A dry run: it changes nothing, and leads to the import. */
  dry: boolean
  busy: boolean
  /** The cells that were written anew, and not tried yet. */
  cells: Edited
  onCells: Dispatch<SetStateAction<Edited>>
  onBack(): void
  onRun(): void
  onAgain(rows: FaultyRow[]): void
  /** Tries again, and creates what may exist already. */
  onAllow(): void
  /** Back to the report of the import whose rejected rows these are. */
  onReport: (() => void) | undefined
  /** Imports that took in rows of this one after they were put right. */
  later: Later[]
  onLater(later: Later): void
}
const COUNTS = ['created', 'updated', 'unchanged', 'rejected'] as const

/** How far it is, then what came of it, and the way on or back. */
export function JobStep({ id, dry, busy, cells, onCells, onBack, onRun, onAgain, onAllow, onReport, later, onLater }: Props) {
  const { t } = useTranslation()
  const { report, over, follow, asked } = useJob(id)
  const [problem, setProblem] = useState('')
  const why = useId()
  const held = useHeld(later.map((one) => one.job))
  if (!report) return <Waiting on={asked} rows={3} />
  const untried = dry && Object.keys(cells).length > 0
  const failed = report.status === 'failed'
  const back = report.status === 'reverted' || report.status === 'reverting'
  const taken = later.filter((_, n) => held[n])
  const refused = Array.isArray(report.rejected) ? report.rejected : []
  const alike = dry && refused.some(({ errors }) => errors.some(({ code }) => code === 'duplicate'))
  const rows = refused.filter(({ row }) => !taken.some((one) => one.rows.includes(row)))
  const title = failed ? 'import.failed' : back ? 'import.takenBack' : dry ? 'import.wouldBe' : over ? 'import.done' : 'import.running'
  async function revert() {
    try {
      setProblem('')
      await untilAnswered(() => call('POST', `/imports/${id}/revert`, { body: {}, key: `revert-${id}` }))
    } catch (error) {
      setProblem(wordsOf(error))
    }
    await follow() // also where no answer came: it may be on its way
  }
  return (
    <>
      <h2 className={s.question}>{t(title)}</h2>
      {!over && (
        <div className={s.progress}>
          <progress aria-label={t('import.running')} value={report.done ?? 0} max={report.total || 1} />
          <p aria-live="polite" className="num">
            {t('import.progress', { done: number(report.done ?? 0), total: number(report.total ?? 0) })}
          </p>
        </div>
      )}
      {failed && <p className={s.problem}>{report.error}</p>}
      {over && report.totals && (
        <dl className={s.counts}>
          {COUNTS.map((name) => (
            <div key={name} data-bad={(name === 'rejected' && (report.totals?.rejected ?? 0) > 0) || undefined}>
              <dd className="num">{number(report.totals?.[name] ?? 0)}</dd>
              <dt>{t(`import.counts.${name}`)}</dt>
            </div>
          ))}
        </dl>
      )}
      {report.status === 'reverted' && report.reverted && <WentBack id={report.id} reverted={report.reverted} />}
      {over && taken.length > 0 && <Taken taken={taken} onOpen={onLater} />}
      {over && report.warned && report.warned.length > 0 && <Warned rows={report.warned} total={report.totals?.warnings ?? 0} />}
      {over && rows.length > 0 && (
        <>
          <RejectedRows
            rows={rows}
            total={(report.totals?.rejected ?? refused.length) - (refused.length - rows.length)}
            busy={busy}
            cells={cells}
            onCells={onCells}
            again={t(dry ? 'import.again' : 'import.againOnly')}
            onAgain={onAgain}
          />
          {alike && (
            <Button small busy={busy} onClick={onAllow}>
              {t('import.allow')}
            </Button>
          )}
          <Button small look="quiet" onClick={() => void download(`/imports/${id}/rejected.csv`, `rejected-${id}.csv`)}>
            {t('import.rejectedFile')}
          </Button>
        </>
      )}
      <p role="alert" className={s.problem}>
        {problem}
      </p>
      <div className={s.foot}>
        {dry && <Button onClick={onBack}>{t('common.back')}</Button>}
        {dry && over && !failed && (
          <Button look="primary" busy={busy} disabled={untried} aria-describedby={untried ? why : undefined} onClick={onRun}>
            {t('import.run')}
          </Button>
        )}
        {untried && (
          <p id={why} className={s.soft}>
            {t('import.untried')}
          </p>
        )}
        {!dry && over && !back && (
          <Button look="danger" onClick={() => void revert()}>
            {t('import.takeBack')}
          </Button>
        )}
        {onReport && (
          <Button look="quiet" onClick={onReport}>
            {t('import.report')}
          </Button>
        )}
        {!dry && over && !back && <CameIn report={report} />}
        {!dry && (
          <Link to="/settings/{-$page}" params={{ page: 'imports' }}>
            {t('import.all')}
          </Link>
        )}
      </div>
    </>
  )
}
