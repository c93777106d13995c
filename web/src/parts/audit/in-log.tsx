import { IconListSearch } from '@tabler/icons-react'
import { useNavigate } from '@tanstack/react-router'
import type { AuditSearch } from '../../app/search'
import { may, useSession } from '../../app/session'
import type { MenuItem } from '../../ui/menu'
import { useTranslation } from '../../words'

/** For those who audit: an item that shows what the log has of something. Nothing for others. */
export function useInLog(): (search: AuditSearch) => MenuItem[] {
  const { t } = useTranslation()
  const go = useNavigate()
  const session = useSession()
  const allowed = session.state === 'in' && may(session.me, 'audit', 'read')
  return (search) => {
    const run = () => void go({ to: '/settings/{-$page}', params: { page: 'audit' }, search })
    return allowed ? [{ id: 'log', label: t('audit.inLog'), icon: <IconListSearch size={16} stroke={1.6} />, run }] : []
  }
}
