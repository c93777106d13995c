import { IconCheck, IconExclamationCircle, IconInfoCircle, IconX } from '@tabler/icons-react'
import { useEffect, useRef, useSyncExternalStore } from 'react'
import { useTranslation } from '../words'
import { Button } from './button'
import { IconButton } from './icon-button'
import s from './toast.module.css'

export interface Toast {
  text: string
  kind?: 'good' | 'bad' | 'plain'
  /** Takes the act back: Undo in the toast, and Ctrl-Z while it is the newest. */
  undo?: () => void | Promise<void>
  action?: { label: string; run(): void }
}
interface Shown extends Toast {
  id: number
}

const LIFE = 8000
const MOST = 3
let shown: readonly Shown[] = []
let last = 0
const listeners = new Set<() => void>()
const change = (next: readonly Shown[]) => {
  shown = next
  for (const listener of listeners) listener()
}
const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
const close = (id: number) => change(shown.filter((one) => one.id !== id))

/** Says what happened, in a line. Answers how to close it. */
export function toast(one: Toast): () => void {
  last += 1
  const id = last
  change([...shown.slice(1 - MOST), { ...one, id }])
  return () => close(id)
}

/** Takes back what the newest toast offers. False where nothing can be. */
export function undoNewest(): boolean {
  const newest = shown.findLast((one) => one.undo)
  if (!newest) return false
  close(newest.id)
  void newest.undo?.()
  return true
}

const ICONS = { good: IconCheck, bad: IconExclamationCircle, plain: IconInfoCircle }

/** A bad one stays until it is closed; others go by themselves, but not from under the pointer, nor while the keyboard is in it. */
function One({ one }: { one: Shown }) {
  const { t } = useTranslation()
  const held = useRef({ pointer: false, focus: false })
  useEffect(() => {
    if (one.kind === 'bad') return
    const timer = setInterval(() => held.current.pointer || held.current.focus || close(one.id), LIFE)
    return () => clearInterval(timer)
  }, [one])
  const kind = one.kind ?? 'plain'
  const Icon = ICONS[kind]
  const hold = (by: 'pointer' | 'focus', on: boolean) => () => {
    held.current[by] = on
  }
  const act = (run: () => unknown) => () => {
    close(one.id)
    void run()
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: pointing holds it; nothing is done by it
    <div
      className={s.toast}
      data-kind={kind}
      onMouseEnter={hold('pointer', true)}
      onMouseLeave={hold('pointer', false)}
      onFocus={hold('focus', true)}
      onBlur={hold('focus', false)}
    >
      <Icon size={18} stroke={1.8} aria-hidden />
      <span className={s.text}>{one.text}</span>
      {one.action && (
        <Button small look="quiet" onClick={act(one.action.run)}>
          {one.action.label}
        </Button>
      )}
      {one.undo && (
        <Button small look="quiet" onClick={act(one.undo)}>
          {t('common.undo')}
        </Button>
      )}
      <IconButton small label={t('common.close')} onClick={() => close(one.id)}>
        <IconX size={16} stroke={1.6} />
      </IconButton>
    </div>
  )
}

export function Toasts() {
  const list = useSyncExternalStore(subscribe, () => shown)
  return (
    <div className={s.toasts} role="status" aria-live="polite">
      {list.map((one) => (
        <One key={one.id} one={one} />
      ))}
    </div>
  )
}
