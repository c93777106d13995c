import { useNavigate, useSearch } from '@tanstack/react-router'
import type { AuditSearch } from '../../app/search'
import { Detail } from '../../parts/audit/detail'
import { Events } from '../../parts/audit/events'
import { Filters } from '../../parts/audit/filters'
import { TakeBack } from '../../parts/audit/take-back'
import { TakingsBack } from '../../parts/audit/takings-back'
import { SettingsPage } from '../../parts/settings/settings-page'
import { Drawer } from '../../ui/drawer'
import { useTranslation } from '../../words'

/** The explorer of the log: who did what, when and why, what followed, and what takes it back. The address has all of it. */
export default function Audit() {
  const { t } = useTranslation()
  const go = useNavigate()
  const { event, ...asked } = useSearch({ strict: false }) as AuditSearch
  const show = (search: AuditSearch) => void go({ to: '/settings/{-$page}', params: { page: 'audit' }, search })
  const open = (id?: string) => show({ ...asked, event: id })
  return (
    <SettingsPage title={t('settings.pages.audit')} lead={t('audit.lead')} topic="audit" wide>
      <Filters asked={asked} onAsk={show} />
      <TakeBack asked={asked} onShow={show} />
      <TakingsBack onShow={show} />
      <Events asked={asked} onOpen={open} />
      <Drawer open={Boolean(event)} onClose={() => open()} title={t('audit.event')} size={520}>
        {event && <Detail key={event} id={event} onOpen={open} />}
      </Drawer>
    </SettingsPage>
  )
}
