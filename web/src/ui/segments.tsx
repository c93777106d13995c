import type { ReactNode } from 'react'
import s from './segments.module.css'

interface Props<T extends string> {
  label: string
  value: T
  options: readonly { value: T; label: ReactNode; name?: string }[]
  onChange(value: T): void
}

/** One of few, all of them in sight. */
export function Segments<T extends string>({ label, value, options, onChange }: Props<T>) {
  return (
    <fieldset className={s.box} aria-label={label}>
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          aria-pressed={option.value === value}
          aria-label={option.name}
          title={option.name}
          onClick={() => onChange(option.value)}
        >
          {option.label}
        </button>
      ))}
    </fieldset>
  )
}
