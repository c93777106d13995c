import { useLocation } from '@tanstack/react-router'
import { useState } from 'react'
import { type Topic, topicOf } from '../../help/topics'
import { Drawer } from '../../ui/drawer'
import { useTranslation } from '../../words'
import { HelpText } from './help-text'

/** Help at the page where somebody is: it opens with the topic that explains it. */
export default function HelpDrawer({ open, onClose }: { open: boolean; onClose(): void }) {
  const { t } = useTranslation()
  const path = useLocation({ select: (location) => location.pathname })
  const [chosen, setChosen] = useState<{ path: string; topic: Topic }>()
  const topic = chosen?.path === path ? chosen.topic : topicOf(path)
  return (
    <Drawer open={open} onClose={onClose} title={t('help.title')}>
      <HelpText topic={topic} onChoose={(next) => setChosen({ path, topic: next })} />
    </Drawer>
  )
}
