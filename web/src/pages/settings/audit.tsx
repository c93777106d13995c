import { useState } from 'react'
import { type Asked, NOTHING } from '../../parts/audit/answers'
import { Detail } from '../../parts/audit/detail'
import { Events } from '../../parts/audit/events'
import { Filters } from '../../parts/audit/filters'
import { SettingsPage } from '../../parts/settings/settings-page'
import { Drawer } from '../../ui/drawer'
import { useTranslation } from '../../words'

/** The explorer of the log: who did what, when and why, what followed, and what takes it back. */
export default function Audit() {
  const { t } = useTranslation()
  const [asked, setAsked] = useState<Asked>(NOTHING)
  const [shown, setShown] = useState('')
  return (
    <SettingsPage title={t('settings.pages.audit')} lead={t('audit.lead')} topic="audit" wide>
      <Filters asked={asked} onAsk={setAsked} />
      <Events asked={asked} onOpen={setShown} />
      <Drawer open={Boolean(shown)} onClose={() => setShown('')} title={t('audit.event')} size={520}>
        {shown && <Detail key={shown} id={shown} onOpen={setShown} />}
      </Drawer>
    </SettingsPage>
  )
}
