import { useState } from 'react'
import { Button } from '../../ui/button'
import { Dialog } from '../../ui/dialog'
import { TextField } from '../../ui/field'
import { number } from '../../ui/format'
import { useTranslation } from '../../words'
import { type Asked, useWording } from './answers'
import s from './audit.module.css'
import { isTakenBack, type Outcome, useTakingBack } from './taking-back'

interface Props {
  asked: Asked
  /** Whether there is anything to take back. What was taken back is told all the same. */
  offered?: boolean
  /** Shows all that one act did. */
  onShow(asked: Asked): void
}

/** Takes back all that is shown: what one person did since a day, or what one act led to. */
export function TakeBack({ asked, offered = true, onShow }: Props) {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  const { all: _, ...conditions } = asked // what the page leaves out, nothing takes back
  if (!isTakenBack(asked) || !(offered || open)) return null
  return (
    <div className={s.back}>
      {offered && (
        <Button small onClick={() => setOpen(true)}>
          {t('audit.takingBack.open')}…
        </Button>
      )}
      {open && <TakingBack of={conditions} onShow={onShow} onClose={() => setOpen(false)} />}
    </div>
  )
}

/** The button that was pressed is gone: the keyboard goes on here. */
const focused = (box: HTMLElement | null): void => box?.focus()

interface DialogProps {
  /** A search, or the id of a job. */
  of: Asked | string
  onShow(asked: Asked): void
  onClose(): void
}

/** What would go back, then the job that does it, which may be left. */
export function TakingBack({ of, onShow, onClose }: DialogProps) {
  const { t } = useTranslation()
  const { step, go, stop } = useTakingBack(of)
  const [reason, setReason] = useState('')
  const { at, outcome } = step
  const show = () => {
    onClose()
    if (outcome) onShow({ correlation: outcome.act })
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('audit.takingBack.open')}
      size={560}
      actions={
        <>
          {at === 'working' && (
            <Button look="quiet" onClick={stop}>
              {t('audit.takingBack.stop')}
            </Button>
          )}
          <Button look="quiet" onClick={onClose}>
            {t(at === 'working' || at === 'done' ? 'common.close' : 'common.cancel')}
          </Button>
          {at === 'foreseen' && outcome && outcome.undone > 0 && (
            <Button look="primary" onClick={() => go(reason.trim())}>
              {t('audit.takingBack.go', { count: outcome.undone, shown: number(outcome.undone) })}
            </Button>
          )}
          {at === 'done' && outcome?.act && (
            <Button look="primary" onClick={show}>
              {t('audit.takingBack.show')}
            </Button>
          )}
        </>
      }
    >
      <div ref={at === 'working' ? focused : undefined} className={s.takingBack} role="status" tabIndex={-1}>
        {(at === 'looking' || at === 'working') && (
          <>
            <progress aria-label={t(`audit.takingBack.${at}`)} value={step.total ? step.done : undefined} max={step.total || undefined} />
            <p>
              {t(`audit.takingBack.${at}`)}
              {step.total > 0 && <span aria-hidden> {`· ${number(step.done)} / ${number(step.total)}`}</span>}
            </p>
          </>
        )}
        {at === 'failed' && <p data-bad>{step.problem}</p>}
        {outcome && <Found outcome={outcome} done={at === 'done'} />}
      </div>
      {at === 'foreseen' && outcome && outcome.undone > 0 && (
        <TextField label={t('audit.reason')} value={reason} maxLength={500} onChange={(event) => setReason(event.currentTarget.value)} />
      )}
    </Dialog>
  )
}

function Found({ outcome, done }: { outcome: Outcome; done: boolean }) {
  const { t } = useTranslation()
  const { event, kind, title } = useWording()
  const { changes, undone, left, records } = outcome
  if (changes === 0) return <p>{t('audit.takingBack.nothing')}</p>
  return (
    <>
      {outcome.status === 'cancelled' && <p>{t('audit.takingBack.stopped')}</p>}
      <p>
        {done
          ? t('audit.takingBack.wentBack', { count: undone, shown: number(undone) })
          : t('audit.takingBack.found', { count: changes, shown: number(changes), records: number(records), undone: number(undone) })}
      </p>
      {left > 0 && (
        <>
          <p>{t('audit.takingBack.left', { count: left, shown: number(left) })}</p>
          <ul>
            {outcome.reasons.map((one) => (
              <li key={one.code + one.message}>
                {number(one.count)} · {one.message}
              </li>
            ))}
          </ul>
          <details>
            <summary>{t('audit.takingBack.which')}</summary>
            <ul className={s.touched}>
              {outcome.items.map((one) => (
                <li key={one.event.event_id}>
                  <b>{title(one.event.record) ?? kind(one.event)}</b> {event(one.event)}
                  <small>{one.message}</small>
                </li>
              ))}
            </ul>
          </details>
        </>
      )}
    </>
  )
}
