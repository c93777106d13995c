import { useNavigate, useParams } from '@tanstack/react-router'
import { isTopic } from '../help/topics'
import { HelpText } from '../parts/help/help-text'
import { useTranslation } from '../words'
import s from './help.module.css'

export function Help() {
  const { t } = useTranslation()
  const go = useNavigate()
  const { topic = '' } = useParams({ strict: false }) as { topic?: string }
  return (
    <div className={s.page}>
      <h1>{t('help.title')}</h1>
      <HelpText
        topic={isTopic(topic) ? topic : undefined}
        onChoose={(next) => void go({ to: '/help/{-$topic}', params: { topic: next } })}
      />
    </div>
  )
}
