import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react'
import { Link, useParams } from '@tanstack/react-router'
import { Suspense } from 'react'
import { useMe } from '../app/session'
import { groupsFor, PAGES, type PageName } from '../parts/settings/pages'
import { usePhone } from '../ui/media'
import { Bones } from '../ui/skeleton'
import { useTranslation } from '../words'
import { NotFound } from './not-found'
import s from './settings.module.css'

/** A side bar of its own on a desk; on a telephone first the list, then the page. */
export function Settings() {
  const { t } = useTranslation()
  const phone = usePhone()
  const groups = groupsFor(useMe())
  const { page } = useParams({ strict: false }) as { page?: string }
  const shown = page ?? (phone ? undefined : groups[0]?.pages[0])
  const known = groups.some((group) => group.pages.some((one) => one === shown))
  const Page = known ? PAGES[shown as PageName] : undefined
  return (
    <div className={s.settings}>
      {(!phone || !shown) && (
        <nav className={s.side} aria-label={t('settings.title')}>
          <h1>{t('settings.title')}</h1>
          {groups.map((group) => (
            <section key={group.name}>
              <h2>{t(`settings.groups.${group.name}`)}</h2>
              {group.pages.map((name) => (
                <Link
                  key={name}
                  to="/settings/{-$page}"
                  params={{ page: name }}
                  className={s.item}
                  aria-current={name === shown ? 'page' : undefined}
                >
                  {t(`settings.pages.${name}`)}
                  {phone && <IconChevronRight size={16} stroke={1.6} aria-hidden />}
                </Link>
              ))}
            </section>
          ))}
        </nav>
      )}
      {shown && (
        <div className={s.page}>
          {phone && (
            <Link to="/settings/{-$page}" params={{ page: undefined }} className={s.back}>
              <IconChevronLeft size={18} stroke={1.6} aria-hidden />
              {t('settings.title')}
            </Link>
          )}
          <Suspense fallback={<Bones rows={6} label={t('common.loading')} />}>{Page ? <Page /> : <NotFound />}</Suspense>
        </div>
      )}
    </div>
  )
}
