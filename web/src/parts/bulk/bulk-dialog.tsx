import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { newKey } from '../../api/client'
import { isProblem } from '../../api/problem'
import { refresh } from '../../data/cache'
import { download } from '../../data/files'
import type { ListQuery } from '../../data/keys'
import type { ObjectDescription } from '../../meta/describe'
import type { Show } from '../../meta/show'
import { Button } from '../../ui/button'
import { Dialog } from '../../ui/dialog'
import { toast } from '../../ui/toast'
import { useTranslation } from '../../words'
import { useGuard } from '../form/unsaved'
import { type Selection, sizeOf } from '../grid/selection'
import { wordsOf } from '../offline/words-of'
import { type Asked, type Outcome, preview, revert, run, steer, targets, type Word } from './acts'
import s from './bulk.module.css'
import { BulkInput, isGiven } from './bulk-input'
import { Report } from './report'

interface Props {
  object: ObjectDescription
  show: Show
  word: Word
  query: ListQuery
  selection: Selection
  count: number
  onClose(done: boolean): void
}
type Step = 'ask' | 'previewing' | 'preview' | 'running' | 'done'

/** Ask, show what would happen, do it, report, take it back as a whole. */
export function BulkDialog({ object, show, word, query, selection, count, onClose }: Props) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const [step, setStep] = useState<Step>(word === 'archive' || word === 'restore' ? 'previewing' : 'ask')
  const [body, setBody] = useState<Record<string, unknown>>({})
  const [now, setNow] = useState<Partial<Outcome>>({})
  const [problem, setProblem] = useState('')
  const left = useRef(new AbortController())
  const { close, guard } = useGuard((step === 'ask' || step === 'preview') && Object.keys(body).length > 0, () => onClose(false))
  const picked = sizeOf(selection, count)
  const asked = (): Asked => ({ type: object.name, command: word, body, ...targets(query, selection, count) })

  const attempt = async (next: Step, act: (signal: AbortSignal) => Promise<Outcome>, back: Step) => {
    setProblem('')
    setNow({})
    try {
      setNow(await act(left.current.signal))
      setStep(next)
    } catch (error) {
      if (left.current.signal.aborted) return
      if (!isProblem(error)) throw error
      setProblem([error.message, ...error.errors.map((one) => one.message)].filter(Boolean).join(' ') || t('common.offlineText'))
      setStep(back)
    }
  }
  const key = useRef('')
  const look = () => {
    key.current = newKey()
    setStep('previewing')
    return attempt('preview', (signal) => preview(asked(), setNow, signal), 'ask')
  }
  const act = async () => {
    setStep('running')
    await attempt('done', (signal) => run(asked(), key.current, setNow, signal), 'preview')
    await refresh(client, object.name)
  }
  const takeBack = async (id: string) => {
    const close = toast({ text: t('list.takingBack') })
    const report = await revert(id, () => undefined, new AbortController().signal)
      .catch((error: unknown) => void toast({ kind: 'bad', text: wordsOf(error) }))
      .finally(close)
    await refresh(client, object.name)
    if (!report) return
    const { archived = 0, undone = 0, left: kept = 0 } = report.reverted ?? {}
    const text = t('list.takenBack', { count: archived + undone })
    if (!kept) toast({ kind: 'good', text })
    else {
      const more = t('list.leftAsIs', { count: kept, why: report.left?.[0]?.reason ?? '' })
      toast({
        kind: 'bad',
        text: `${text} ${more}`,
        action: { label: t('list.leftFile'), run: () => void download(`/bulk/${id}/left.csv`, 'left.csv') },
      })
    }
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when it opens
  useEffect(() => {
    if (step === 'previewing') void look()
    return () => left.current.abort()
  }, [])

  const finish = () => {
    if (step === 'done' && now.id) {
      const id = now.id
      toast({ kind: 'good', text: t('list.bulkDone', { count: now.changed ?? 0 }), undo: now.changed ? () => takeBack(id) : undefined })
    }
    onClose(step === 'done')
  }
  const goOn = () => {
    toast({ text: t('bulk.goesOn') })
    onClose(true)
  }
  const busy = step === 'previewing' || step === 'running'
  return (
    <>
      <Dialog
        open
        firm={step === 'running'}
        onClose={step === 'done' ? finish : close}
        size={560}
        title={t('list.bulkTitle', { what: t(`list.bulk.${word}`), count: picked })}
        actions={
          <>
            {step === 'running' && now.id && <Button onClick={() => now.id && void steer(now.id, 'cancel')}>{t('list.stop')}</Button>}
            {step === 'running' && now.id && <Button onClick={goOn}>{t('bulk.background')}</Button>}
            {step !== 'running' && step !== 'done' && <Button onClick={close}>{t('common.cancel')}</Button>}
            {step === 'ask' && (
              <Button look="primary" disabled={!isGiven(word, body)} onClick={() => void look()}>
                {t('list.preview')}
              </Button>
            )}
            {step === 'preview' && (
              <Button look="primary" disabled={!now.changed} onClick={() => void act()}>
                {t('list.doIt', { count: now.changed ?? 0 })}
              </Button>
            )}
            {step === 'done' && (
              <Button look="primary" onClick={finish}>
                {t('common.done')}
              </Button>
            )}
          </>
        }
      >
        {problem && (
          <p role="alert" className={s.problem}>
            {problem}
          </p>
        )}
        {step === 'ask' && <BulkInput object={object} show={show} word={word} body={body} onChange={setBody} />}
        {busy && <Progress now={now} total={picked} label={t(step === 'running' ? 'list.running' : 'list.previewing')} />}
        {(step === 'preview' || step === 'done') && <Report object={object} show={show} outcome={now as Outcome} done={step === 'done'} />}
      </Dialog>
      {guard}
    </>
  )
}

function Progress({ now, total, label }: { now: Partial<Outcome>; total: number; label: string }) {
  const all = now.total || total
  return (
    <div className={s.progress}>
      <span>{label}</span>
      <progress max={all || 1} value={now.done ?? 0} aria-label={label} />
      <span className="num">
        {now.done ?? 0} / {all}
      </span>
    </div>
  )
}
