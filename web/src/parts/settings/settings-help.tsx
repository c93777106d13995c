import type { Topic } from '../../help/topics'
import { Drawer } from '../../ui/drawer'
import { useTranslation } from '../../words'
import { HelpText } from '../help/help-text'

interface Props {
  topic: Topic
  onChoose(topic: Topic): void
  onClose(): void
}

export default function SettingsHelp({ topic, onChoose, onClose }: Props) {
  const { t } = useTranslation()
  return (
    <Drawer open onClose={onClose} title={t('help.title')}>
      <HelpText topic={topic} onChoose={onChoose} />
    </Drawer>
  )
}
