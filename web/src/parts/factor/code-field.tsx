import type { ComponentProps } from 'react'
import { TextField } from '../../ui/field'

const DIGITS = 6

/** A code of the app is whole: people write and paste it with blanks, too. */
export const isWhole = (code: string): boolean => {
  const plain = code.normalize('NFKC') // Chinese keyboards write wide digits, too
  return plain.replace(/\D/g, '').length === DIGITS && /^[\d\s-]+$/.test(plain)
}

interface Props extends Omit<ComponentProps<typeof TextField>, 'onChange' | 'value'> {
  value: string
  onChange(value: string): void
  /** digits: of the app. recovery: letters, too. either: whatever they have. */
  kind: 'digits' | 'recovery' | 'either'
}

/** A code that is typed from a telephone or from paper. What is wrong with it is said aloud: the cursor is in it all the time. */
export const CodeField = ({ kind, onChange, ...rest }: Props) => (
  <TextField
    inputMode={kind === 'digits' ? 'numeric' : 'text'}
    autoComplete={kind === 'recovery' ? 'off' : 'one-time-code'}
    autoCapitalize="off"
    autoCorrect="off"
    spellCheck={false}
    errorProps={{ role: 'alert' }}
    onChange={(event) => onChange(event.currentTarget.value)}
    {...rest}
  />
)
