import { IconCheck, IconCopy } from '@tabler/icons-react'
import { useState } from 'react'
import { Button } from '../../ui/button'
import { useTranslation } from '../../words'
import s from './settings.module.css'

/** A text that is shown once, to be passed on. */
export function Secret({ text, label }: { text: string; label: string }) {
  const { t } = useTranslation()
  const [copied, setCopied] = useState(false)
  async function copy() {
    await navigator.clipboard.writeText(text)
    setCopied(true)
  }
  return (
    <div className={s.secret}>
      <input readOnly aria-label={label} value={text} onFocus={(event) => event.currentTarget.select()} />
      {navigator.clipboard && (
        <Button small icon={copied ? <IconCheck size={16} /> : <IconCopy size={16} />} onClick={() => void copy()}>
          {t(copied ? 'settings.copied' : 'settings.copy')}
        </Button>
      )}
    </div>
  )
}
