import type { ReactNode } from 'react'
import s from './empty.module.css'

interface Props {
  title: string
  /** The next step, in one sentence. */
  text?: string
  action?: ReactNode
  icon?: ReactNode
  /** Three rows as a hint of what will stand here. */
  ghost?: boolean
}

export function Empty({ title, text, action, icon, ghost }: Props) {
  return (
    <div className={s.empty}>
      {ghost && (
        <div className={s.ghost} aria-hidden>
          <i />
          <i />
          <i />
        </div>
      )}
      {icon && (
        <span className={s.icon} aria-hidden>
          {icon}
        </span>
      )}
      <h2>{title}</h2>
      {text && <p>{text}</p>}
      {action && <div className={s.action}>{action}</div>}
    </div>
  )
}
