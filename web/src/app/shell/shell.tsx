import { Outlet } from '@tanstack/react-router'
import { useEffect } from 'react'
import { useTranslation } from '../../words'
import { loadPreferences } from '../preferences'
import { useSession } from '../session'
import s from './shell.module.css'

export function Shell() {
  const { t } = useTranslation()
  const session = useSession()
  useEffect(() => {
    if (session.state === 'in') void loadPreferences().catch(() => undefined)
  }, [session.state])
  if (session.state !== 'in') return null
  return (
    <div className={s.shell}>
      <a className={s.skip} href="#content">
        {t('nav.skip')}
      </a>
      <nav className={s.side} aria-label={t('nav.main')} />
      <main id="content" className={s.main} tabIndex={-1}>
        <Outlet />
      </main>
    </div>
  )
}
