import { type ReactNode, useId } from 'react'
import s from './health.module.css'

interface Props {
  title: string
  text?: string
  action?: ReactNode
  children?: ReactNode
}

export function Section({ title, text, action, children }: Props) {
  const id = useId()
  return (
    <section className={s.section} aria-labelledby={id}>
      <header>
        <h3 id={id}>{title}</h3>
        {action}
      </header>
      {text && <p className={s.soft}>{text}</p>}
      {children}
    </section>
  )
}
