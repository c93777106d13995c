import { IconChevronLeft, IconChevronRight, IconLock, IconPlus } from '@tabler/icons-react'
import { type DragEvent, lazy, Suspense, useState } from 'react'
import { titleOf } from '../../meta/stages'
import { Button } from '../../ui/button'
import { IconButton } from '../../ui/icon-button'
import { useTranslation } from '../../words'
import s from './pipeline.module.css'
import form from './settings.module.css'
import { moved, type Pipeline } from './stages'
import { useSave } from './use-save'

const StageForm = lazy(async () => ({ default: (await import('./stage-form')).StageForm }))

/** The path itself, editable: drag a stage or use its arrows, open one to name it, to say how likely, to set its gate. */
export function PipelineDesigner({ pipeline }: { pipeline: Pipeline }) {
  const { t } = useTranslation()
  const { save, busy, problem } = useSave('pipeline')
  const [editing, setEditing] = useState<string | null>()
  const [dragged, setDragged] = useState<string>()
  const open = pipeline.stages.filter((stage) => !stage.retired)
  const edited = open.find((stage) => stage.key === editing) // others may save meanwhile
  const keys = open.map((stage) => stage.key)
  const at = `/sales/pipelines/${pipeline.id}`
  const move = (key: string, to: number) => {
    const next = moved(keys, key, to)
    if (next.join() !== keys.join()) void save('POST', `${at}/reorder`, { keys: next }, t('settings.pipelines.reordered'), pipeline.version)
  }
  const drop = (to: number) => (event: DragEvent) => {
    event.preventDefault()
    if (dragged) move(dragged, to)
    setDragged(undefined)
  }
  return (
    <>
      <ol className={s.path} aria-label={t('settings.pipelines.stages')}>
        {open.map((stage, n) => (
          <li
            key={stage.key}
            draggable
            data-dragged={dragged === stage.key || undefined}
            onDragStart={() => setDragged(stage.key)}
            onDragEnd={() => setDragged(undefined)}
            onDragOver={(event) => event.preventDefault()}
            onDrop={drop(n)}
          >
            <button type="button" className={s.stage} onClick={() => setEditing(stage.key)}>
              <i data-step={Math.min(7, Math.round((n * 6) / Math.max(1, open.length - 1)) + 1)} aria-hidden />
              <b>{titleOf(stage)}</b>
              <small className="num">{stage.probability} %</small>
              {stage.gate && <IconLock size={14} stroke={1.8} aria-label={t('settings.pipelines.hasGate')} />}
            </button>
            <span className={s.arrows}>
              <IconButton
                small
                label={t('settings.pipelines.earlier', { name: titleOf(stage) })}
                disabled={busy || n === 0}
                onClick={() => move(stage.key, n - 1)}
              >
                <IconChevronLeft size={16} stroke={1.6} />
              </IconButton>
              <IconButton
                small
                label={t('settings.pipelines.later', { name: titleOf(stage) })}
                disabled={busy || n === open.length - 1}
                onClick={() => move(stage.key, n + 1)}
              >
                <IconChevronRight size={16} stroke={1.6} />
              </IconButton>
            </span>
          </li>
        ))}
        <li>
          <Button icon={<IconPlus size={16} />} onClick={() => setEditing(null)}>
            {t('settings.pipelines.addStage')}
          </Button>
        </li>
      </ol>
      <p role="alert" className={form.problem}>
        {problem}
      </p>
      {!pipeline.default && (
        <div className={form.foot}>
          <Button busy={busy} onClick={() => void save('POST', `${at}/make-default`, {}, t('settings.saved'))}>
            {t('settings.pipelines.makeDefault')}
          </Button>
          <Button
            look="danger"
            busy={busy}
            onClick={() => void save('POST', `${at}/archive`, {}, t('settings.archived', { name: pipeline.name }))}
          >
            {t('settings.archive')}
          </Button>
        </div>
      )}
      <Suspense>
        {(editing === null || edited) && <StageForm pipeline={pipeline} stage={edited} onClose={() => setEditing(undefined)} />}
      </Suspense>
    </>
  )
}
