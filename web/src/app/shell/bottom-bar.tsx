import { IconCalendarCheck, IconDots, IconSearch } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import type { Types } from '../../meta/describe'
import { iconOf } from '../../ui/icon'
import { useTranslation } from '../../words'
import s from './bottom-bar.module.css'
import { inSidebar } from './go'
import { overlays } from './overlays'
import { useUnread } from './unread'

const ICON = { size: 22, stroke: 1.6, 'aria-hidden': true } as const
const FIRST = ['opportunity', 'account', 'contact', 'lead']

/** Up to five places under the thumb. */
export function BottomBar({ types }: { types: Types }) {
  const { t } = useTranslation()
  const unread = useUnread()
  const readable = types.all.filter(inSidebar)
  const wanted = [...FIRST.flatMap((name) => readable.find((one) => one.name === name) ?? []), ...readable]
  const objects = [...new Set(wanted)].slice(0, 2)
  return (
    <nav className={s.bar} aria-label={t('nav.phone')}>
      {objects.map((object) => {
        const Icon = iconOf(object.icon)
        return (
          <Link
            key={object.name}
            to="/o/$type"
            params={{ type: object.name }}
            search={{}}
            activeOptions={{ includeSearch: false }}
            className={s.tab}
          >
            <Icon {...ICON} />
            <span>{object.plural}</span>
          </Link>
        )
      })}
      {types.type('activity') && (
        <Link to="/calendar" className={s.tab}>
          <IconCalendarCheck {...ICON} />
          <span>{t('nav.calendar')}</span>
        </Link>
      )}
      <button type="button" className={s.tab} onClick={() => overlays.open('palette')}>
        <IconSearch {...ICON} />
        <span>{t('common.search')}</span>
      </button>
      <button type="button" className={s.tab} onClick={() => overlays.open('more')} data-unread={unread > 0 || undefined}>
        <IconDots {...ICON} />
        <span>{t('nav.more')}</span>
        {unread > 0 && <span className="vh">{t('nav.unread', { count: unread })}</span>}
      </button>
    </nav>
  )
}
