import { IconCheck, IconExclamationCircle, IconInfoCircle, IconX } from '@tabler/icons-react'
import { type ReactNode, useEffect, useRef } from 'react'
import { useTranslation } from '../words'
import { Button } from './button'
import { IconButton } from './icon-button'
import s from './toast.module.css'

export type Tone = 'good' | 'bad' | 'plain'
const ICONS = { good: IconCheck, bad: IconExclamationCircle, plain: IconInfoCircle }
const LIFE = 8000

interface Props {
  text: string
  tone: Tone
  onClose(): void
  action?: { label: string; run(): void }
}

/** What happened, in a line. A bad one stays until it is closed; others go by themselves, but not under the pointer. */
export function Toast({ text, tone, onClose, action }: Props) {
  const { t } = useTranslation()
  const close = useRef(onClose)
  close.current = onClose
  const held = useRef(false)
  useEffect(() => {
    if (tone === 'bad') return
    const timer = setInterval(() => held.current || close.current(), LIFE)
    return () => clearInterval(timer)
  }, [tone])
  const Icon = ICONS[tone]
  const hold = (on: boolean) => () => {
    held.current = on
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: reading holds it; nothing is done by it
    <div className={s.toast} data-tone={tone} onMouseEnter={hold(true)} onMouseLeave={hold(false)}>
      <Icon size={18} stroke={1.8} aria-hidden />
      <span className={s.text}>{text}</span>
      {action && (
        <Button small look="quiet" onClick={action.run}>
          {action.label}
        </Button>
      )}
      <IconButton small label={t('common.close')} onClick={onClose}>
        <IconX size={16} stroke={1.6} />
      </IconButton>
    </div>
  )
}

export const ToastStack = ({ children }: { children: ReactNode }) => (
  <div className={s.toasts} role="status" aria-live="polite">
    {children}
  </div>
)
