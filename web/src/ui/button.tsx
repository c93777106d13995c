import type { ButtonHTMLAttributes, ReactNode, Ref } from 'react'
import s from './button.module.css'

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  /** primary: the one act of a screen. quiet: without a border, for toolbars. */
  look?: 'primary' | 'plain' | 'quiet' | 'danger'
  icon?: ReactNode
  small?: boolean
  /** While it works it takes no second click and says so to screen readers. */
  busy?: boolean
  ref?: Ref<HTMLButtonElement>
}

export function Button({ look = 'plain', icon, small, busy, className, children, disabled, type = 'button', ...rest }: ButtonProps) {
  const classes = [s.button, className].filter(Boolean).join(' ')
  return (
    <button
      type={type}
      className={classes}
      data-look={look}
      data-small={small || undefined}
      aria-busy={busy || undefined}
      disabled={disabled || busy}
      {...rest}
    >
      {icon}
      {children !== undefined && <span>{children}</span>}
    </button>
  )
}
