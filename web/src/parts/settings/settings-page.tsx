import { IconHelpCircle } from '@tabler/icons-react'
import { lazy, type ReactNode, Suspense, useState } from 'react'
import type { Topic } from '../../help/topics'
import { IconButton } from '../../ui/icon-button'
import { useTranslation } from '../../words'
import s from './settings.module.css'

const SettingsHelp = lazy(() => import('./settings-help'))

interface Props {
  title: string
  lead?: string
  /** What explains this page. */
  topic: Topic
  /** The one act of the page. */
  action?: ReactNode
  /** For tables; forms stay narrow. */
  wide?: boolean
  children: ReactNode
}

export function SettingsPage({ title, lead, topic, action, wide, children }: Props) {
  const { t } = useTranslation()
  const [help, setHelp] = useState<Topic>()
  return (
    <div className={s.body} data-wide={wide || undefined}>
      <header className={s.head}>
        <div>
          <h2>
            {title}
            <IconButton small label={t('help.title')} onClick={() => setHelp(topic)}>
              <IconHelpCircle size={18} stroke={1.6} />
            </IconButton>
          </h2>
          {lead && <p>{lead}</p>}
        </div>
        {action}
      </header>
      {children}
      <Suspense>{help && <SettingsHelp topic={help} onChoose={setHelp} onClose={() => setHelp(undefined)} />}</Suspense>
    </div>
  )
}
