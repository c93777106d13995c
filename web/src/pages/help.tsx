import { useNavigate, useParams } from '@tanstack/react-router'
import { isTopic } from '../help/topics'
import { HelpText } from '../parts/help/help-text'
import { Checklist } from '../parts/start/checklist'
import { useSteps } from '../parts/start/steps'
import { useTranslation } from '../words'
import s from './help.module.css'

export function Help() {
  const { t } = useTranslation()
  const go = useNavigate()
  const { data } = useSteps()
  const { topic = '' } = useParams({ strict: false }) as { topic?: string }
  return (
    <div className={s.scroll}>
      <div className={s.page}>
        <h1>{t('help.title')}</h1>
        <HelpText
          topic={isTopic(topic) ? topic : undefined}
          onChoose={(next) => void go({ to: '/help/{-$topic}', params: { topic: next } })}
        />
        {data && data.steps.length > 0 && (
          <section>
            <h2>{t('start.title')}</h2>
            <Checklist steps={data.steps} />
          </section>
        )}
      </div>
    </div>
  )
}
