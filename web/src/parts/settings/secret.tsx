import { IconCheck, IconCopy } from '@tabler/icons-react'
import { useState } from 'react'
import { Button } from '../../ui/button'
import { useTranslation } from '../../words'
import s from './settings.module.css'

/** A text that is shown once, to be passed on. */
export const Secret = ({ text, label }: { text: string; label: string }) => (
  <div className={s.secret}>
    <input readOnly aria-label={label} value={text} onFocus={(event) => event.currentTarget.select()} />
    <CopyButton text={text} />
  </div>
)

/** Nothing where the browser lets no page copy: over plain HTTP. */
export function CopyButton({ text }: { text: string }) {
  const { t } = useTranslation()
  const [copied, setCopied] = useState(false)
  async function copy() {
    await navigator.clipboard.writeText(text)
    setCopied(true)
  }
  if (!navigator.clipboard) return null
  return (
    <Button small icon={copied ? <IconCheck size={16} /> : <IconCopy size={16} />} onClick={() => void copy()}>
      {t(copied ? 'settings.copied' : 'settings.copy')}
    </Button>
  )
}
