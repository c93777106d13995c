import type { ReactNode } from 'react'
import s from './page.module.css'

interface Props {
  title: ReactNode
  /** At the right of the title. */
  actions?: ReactNode
  children: ReactNode
  /** Forms: a column of 640 px. */
  narrow?: boolean
}

/** A page of the sheet: its title bar, and what scrolls below. */
export function Page({ title, actions, children, narrow }: Props) {
  return (
    <>
      <header className={s.top}>
        <h1>{title}</h1>
        <span className={s.grow} />
        {actions}
      </header>
      <div className={s.scroll}>
        <div className={s.body} data-narrow={narrow || undefined}>
          {children}
        </div>
      </div>
    </>
  )
}

export const Card = ({ title, hint, children }: { title: string; hint?: string; children: ReactNode }) => (
  <section className={s.card}>
    <h2>{title}</h2>
    {hint && <p className={s.hint}>{hint}</p>}
    {children}
  </section>
)

/** A page whose content fills the sheet. tools: a row of its own below the title, for telephones. */
export function Sheet({ title, actions, tools, children }: Omit<Props, 'narrow'> & { tools?: ReactNode }) {
  return (
    <>
      <header className={s.top}>
        <h1>{title}</h1>
        <span className={s.grow} />
        {actions}
      </header>
      {tools && <div className={s.tools}>{tools}</div>}
      <div className={s.scroll}>{children}</div>
    </>
  )
}
