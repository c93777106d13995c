import { IconBell, IconCalendarCheck, IconChartBar, IconPin, IconSearch, IconSettings } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import type { Types } from '../../meta/describe'
import { Avatar } from '../../ui/avatar'
import { iconOf } from '../../ui/icon'
import { isMac } from '../../ui/media'
import { useTranslation } from '../../words'
import { may, useMe } from '../session'
import { inSidebar } from './go'
import { overlays } from './overlays'
import { usePins } from './pins'
import s from './sidebar.module.css'
import { useUnread } from './unread'

const UserMenu = lazy(() => import('./user-menu'))
const StartCard = lazy(() => import('../../parts/start/start-card'))
const ICON = { size: 18, stroke: 1.6, 'aria-hidden': true } as const

export function Sidebar({ types }: { types: Types }) {
  const { t } = useTranslation()
  const me = useMe()
  const { organisation, user } = me
  return (
    <nav className={s.side} aria-label={t('nav.main')}>
      <div className={s.org}>
        <span className={s.mark} aria-hidden>
          {[...organisation.name][0]?.toUpperCase()}
        </span>
        <b title={organisation.name}>{organisation.name}</b>
      </div>
      <button type="button" className={s.search} data-tour="search" onClick={() => overlays.open('palette')}>
        <IconSearch size={16} aria-hidden />
        <span>{t('nav.search')}</span>
        <kbd>{isMac ? '⌘K' : 'Ctrl K'}</kbd>
      </button>
      <div className={s.scroll} data-tour="objects">
        {types.type('activity') && (
          <Link to="/calendar" className={s.item}>
            <IconCalendarCheck {...ICON} />
            <span>{t('nav.calendar')}</span>
          </Link>
        )}
        {may(me, 'analytics', 'read') && (
          <Link to="/dashboard" className={s.item}>
            <IconChartBar {...ICON} />
            <span>{t('nav.dashboard')}</span>
          </Link>
        )}
        <Objects types={types} />
        <Pins />
      </div>
      <Suspense>
        <StartCard onOpen={() => overlays.open('start')} />
      </Suspense>
      <Bell />
      <Link to="/settings/{-$page}" className={s.item}>
        <IconSettings {...ICON} />
        <span>{t('nav.settings')}</span>
      </Link>
      <Suspense
        fallback={
          <span className={s.item}>
            <Avatar id={user.id} name={user.name} />
            <span>{user.name}</span>
          </span>
        }
      >
        <UserMenu />
      </Suspense>
    </nav>
  )
}

function Objects({ types }: { types: Types }) {
  return types.groups.map((group) => {
    const members = types.all.filter((one) => one.group === group.name && inSidebar(one))
    if (!members.length) return null
    return (
      <div key={group.name} className={s.group}>
        <div className={s.head}>{group.label}</div>
        {members.map((object) => {
          const Icon = iconOf(object.icon)
          return (
            <Link
              key={object.name}
              to="/o/$type"
              params={{ type: object.name }}
              search={{}}
              activeOptions={{ includeSearch: false }}
              className={s.item}
            >
              <Icon {...ICON} />
              <span>{object.plural}</span>
            </Link>
          )
        })}
      </div>
    )
  })
}

function Pins() {
  const { t } = useTranslation()
  const pins = usePins()
  if (!pins.length) return null
  return (
    <div className={s.group}>
      <div className={s.head}>{t('nav.pinned')}</div>
      {pins.map((pin) => (
        <Link key={pin.path} to={pin.path} activeOptions={{ exact: true, includeSearch: true }} className={s.item}>
          <IconPin {...ICON} size={16} />
          <span>{pin.title}</span>
        </Link>
      ))}
    </div>
  )
}

function Bell() {
  const { t } = useTranslation()
  const unread = useUnread()
  return (
    <Link to="/notifications" className={s.item}>
      <IconBell {...ICON} />
      <span>{t('nav.notifications')}</span>
      {unread > 0 && (
        <span className={s.count}>
          <span aria-hidden>{unread > 99 ? '99+' : unread}</span>
          <span className="vh">{t('nav.unread', { count: unread })}</span>
        </span>
      )}
    </Link>
  )
}
