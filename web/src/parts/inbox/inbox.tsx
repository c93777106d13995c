import { IconAlarm, IconAt, IconBellRinging, IconEraser, IconShieldExclamation, IconUserShare } from '@tabler/icons-react'
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { call, get } from '../../api/client'
import { Button } from '../../ui/button'
import { Empty } from '../../ui/empty'
import { ago } from '../../ui/format'
import type { Icon } from '../../ui/icon'
import { Bones } from '../../ui/skeleton'
import { useTranslation } from '../../words'
import s from './inbox.module.css'

export interface Notification {
  id: string
  kind: 'assigned' | 'mentioned' | 'followed' | 'due' | 'erasure' | 'security'
  /** The type of what happened. */
  event: string
  type: string
  record: string
  title: string
  by_name: string
  at: string
  many: boolean
  read: boolean
  position: number
}
interface Page {
  items: Notification[]
  next: string | null
  unread: number
}
const PATH = '/identity/me/notifications'
const ICONS: Record<Notification['kind'], Icon> = {
  assigned: IconUserShare,
  mentioned: IconAt,
  followed: IconBellRinging,
  due: IconAlarm,
  erasure: IconEraser,
  security: IconShieldExclamation,
}

export function useInbox() {
  const client = useQueryClient()
  const query = useInfiniteQuery({
    queryKey: ['notification', 'list', 'pages', 'now'],
    initialPageParam: '',
    getNextPageParam: (last: Page) => last.next ?? undefined,
    queryFn: ({ pageParam, signal }) => get<Page>(PATH, { limit: 40, cursor: pageParam || undefined }, signal),
  })
  const read = async (body: { ids: string[] } | { up_to: number }) => {
    await call('POST', `${PATH}/read`, { body })
    await client.invalidateQueries({ queryKey: ['notification'] })
  }
  const items = query.data?.pages.flatMap((page) => page.items)
  return { query, items, unread: query.data?.pages[0]?.unread ?? 0, read }
}

/** What others did that concerns the person, newest first, as sentences. */
export function Inbox({ inbox }: { inbox: ReturnType<typeof useInbox> }) {
  const { t } = useTranslation()
  const { query, items, read } = inbox
  if (query.error) throw query.error
  if (!items) return <Bones rows={8} label={t('common.loading')} />
  if (!items.length) return <Empty icon={<IconBellRinging size={32} stroke={1.4} />} title={t('inbox.none')} text={t('inbox.noneText')} />
  return (
    <div className={s.inbox}>
      <ul>
        {items.map((one) => (
          <Item key={one.id} one={one} onRead={() => !one.read && void read({ ids: [one.id] })} />
        ))}
      </ul>
      {query.hasNextPage && (
        <Button busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {t('inbox.earlier')}
        </Button>
      )}
    </div>
  )
}

const wordOf = ({ kind, many, event }: Notification): string => {
  if (kind === 'security') return event.endsWith('InvitationIssued') ? 'newPassword' : 'codeNotAsked'
  return kind === 'assigned' && many ? 'assignedMany' : kind
}

function Item({ one, onRead }: { one: Notification; onRead(): void }) {
  const { t } = useTranslation()
  const Icon = ICONS[one.kind]
  const by = one.by_name || t('timeline.system')
  const said = t(`inbox.${wordOf(one)}`, { by, title: one.title })
  const way = one.kind === 'security' ? { to: '/me' as const } : { to: '/o/$type/$id' as const, params: { type: one.type, id: one.record } }
  return (
    <li data-unread={!one.read || undefined}>
      <Link {...way} onClick={onRead}>
        <Icon size={18} stroke={1.6} aria-hidden />
        <span className={s.said}>
          {said}
          {!one.read && <span className="vh">{t('inbox.unread')}</span>}
        </span>
        <time dateTime={one.at}>{ago(one.at)}</time>
        <i aria-hidden />
      </Link>
    </li>
  )
}
