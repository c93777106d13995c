import type { ButtonHTMLAttributes, ReactNode, Ref } from 'react'
import s from './button.module.css'

interface Props extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'aria-label' | 'children'> {
  /** What it does: its name, and its tip. */
  label: string
  children: ReactNode
  small?: boolean
  ref?: Ref<HTMLButtonElement>
}

export function IconButton({ label, small, className, type = 'button', children, ...rest }: Props) {
  return (
    <button
      type={type}
      aria-label={label}
      title={label}
      className={[s.icon, className].filter(Boolean).join(' ')}
      data-small={small || undefined}
      {...rest}
    >
      {children}
    </button>
  )
}
