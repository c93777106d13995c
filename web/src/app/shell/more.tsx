import {
  IconBell,
  IconChartBar,
  IconChecklist,
  IconFileImport,
  IconHelp,
  IconLogout,
  IconPin,
  IconSettings,
  IconUserCircle,
} from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { useTypes } from '../../meta/use-types'
import { useOpenSteps } from '../../parts/start/steps'
import { Drawer } from '../../ui/drawer'
import { iconOf } from '../../ui/icon'
import { useTranslation } from '../../words'
import { may, useMe } from '../session'
import { inSidebar } from './go'
import { overlays } from './overlays'
import { usePins } from './pins'
import s from './sidebar.module.css'
import { useUnread } from './unread'
import { useLeave } from './use-leave'

const ICON = { size: 20, stroke: 1.6, 'aria-hidden': true } as const
const PAGES = [
  ['/dashboard', 'nav.dashboard', IconChartBar],
  ['/notifications', 'nav.notifications', IconBell],
  ['/import', 'nav.import', IconFileImport],
  ['/settings/{-$page}', 'nav.settings', IconSettings],
  ['/me', 'nav.account', IconUserCircle],
  ['/help/{-$topic}', 'nav.help', IconHelp],
] as const

/** What a telephone's bottom bar has no place for. */
export default function More({ onClose }: { onClose(): void }) {
  const { t } = useTranslation()
  const me = useMe()
  const steps = useOpenSteps()
  const leave = useLeave()
  const pins = usePins()
  const unread = useUnread()
  return (
    <Drawer open onClose={onClose} title={me.organisation.name}>
      <nav aria-label={t('nav.more')}>
        {steps && (
          <button type="button" className={s.item} onClick={() => overlays.open('start')}>
            <IconChecklist {...ICON} />
            <span>{t('start.title')}</span>
            <small>{t('start.progress', { done: steps.done, total: steps.total })}</small>
          </button>
        )}
        {useTypes()
          .all.filter(inSidebar)
          .map((object) => {
            const Icon = iconOf(object.icon)
            return (
              <Link key={object.name} to="/o/$type" params={{ type: object.name }} search={{}} className={s.item} onClick={onClose}>
                <Icon {...ICON} />
                <span>{object.plural}</span>
              </Link>
            )
          })}
        {pins.map((pin) => (
          <Link key={pin.path} to={pin.path} className={s.item} onClick={onClose}>
            <IconPin {...ICON} />
            <span>{pin.title}</span>
          </Link>
        ))}
        {PAGES.filter(([to]) => to !== '/dashboard' || may(me, 'analytics', 'read')).map(([to, word, Icon]) => (
          <Link key={to} to={to} className={s.item} onClick={onClose}>
            <Icon {...ICON} />
            <span>{t(word)}</span>
            {to === '/notifications' && unread > 0 && <span className={s.count}>{unread > 99 ? '99+' : unread}</span>}
          </Link>
        ))}
        <button type="button" className={s.item} onClick={() => void leave()}>
          <IconLogout {...ICON} />
          <span>{t('session.signOut')}</span>
        </button>
      </nav>
    </Drawer>
  )
}
