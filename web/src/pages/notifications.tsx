import { Inbox, useInbox } from '../parts/inbox/inbox'
import { Button } from '../ui/button'
import { Sheet } from '../ui/page'
import { useTranslation } from '../words'

export function Notifications() {
  const { t } = useTranslation()
  const inbox = useInbox()
  const newest = inbox.items?.[0]?.position
  return (
    <Sheet
      title={t('nav.notifications')}
      actions={
        inbox.unread > 0 && newest !== undefined && <Button onClick={() => void inbox.read({ up_to: newest })}>{t('inbox.readAll')}</Button>
      }
    >
      <Inbox inbox={inbox} />
    </Sheet>
  )
}
