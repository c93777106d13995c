import { type KeyboardEvent, useState } from 'react'
import { TextField } from '../../ui/field'
import { useTranslation } from '../../words'

/** Words of the reason: asked for when they are left or Enter is pressed, but not by the Enter that ends a word of an IME. */
export function ReasonField({ value, onChange }: { value: string; onChange(text: string): void }) {
  const { t } = useTranslation()
  const [written, setWritten] = useState({ of: value, text: value })
  if (written.of !== value) setWritten({ of: value, text: value }) // the address is another: Back, or it was asked for
  const text = written.text.trim()
  const ask = () => text !== value && onChange(text)
  const onKeyDown = (event: KeyboardEvent) => event.key === 'Enter' && !event.nativeEvent.isComposing && ask()
  return (
    <TextField
      label={t('audit.reason')}
      value={written.text}
      onChange={(event) => setWritten({ of: value, text: event.currentTarget.value })}
      onBlur={ask}
      onKeyDown={onKeyDown}
    />
  )
}
