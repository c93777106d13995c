import type { ReactNode } from 'react'
import { chooseLocale } from '../app/preferences'
import { LOCALE_NAMES, LOCALES, useTranslation } from '../words'
import s from './gate.module.css'

/** The frame of the pages before the shell: one narrow column, languages at the foot. */
export function Gate({ title, lead, children }: { title: string; lead?: string; children: ReactNode }) {
  const { i18n } = useTranslation()
  return (
    <main className={s.page}>
      <div className={s.column}>
        <img src="/icon.svg" alt="" width={44} height={44} />
        <h1>{title}</h1>
        {lead && <p className={s.lead}>{lead}</p>}
        {children}
      </div>
      <footer className={s.foot}>
        {LOCALES.map((locale) => (
          <button
            key={locale}
            type="button"
            lang={locale}
            aria-pressed={i18n.language === locale}
            onClick={() => void chooseLocale(locale)}
          >
            {LOCALE_NAMES[locale]}
          </button>
        ))}
      </footer>
    </main>
  )
}
