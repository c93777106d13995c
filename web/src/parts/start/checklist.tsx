import { IconCircle, IconCircleCheckFilled } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { may, useMe } from '../../app/session'
import { useTranslation } from '../../words'
import { SampleDataSwitch } from './sample-data'
import s from './start.module.css'
import { type Onboarding, placeOf } from './steps'

/** The first steps: what is done says so by itself, what is to do leads to its place. */
export function Checklist({ steps, onLeave }: { steps: Onboarding['steps']; onLeave?(): void }) {
  const { t } = useTranslation()
  const me = useMe()
  return (
    <div className={s.list}>
      <ol>
        {steps.map((step) => (
          <li key={step.name} data-done={step.done || undefined}>
            <Link to={placeOf(step)} onClick={onLeave}>
              {step.done ? <IconCircleCheckFilled size={18} aria-hidden /> : <IconCircle size={18} stroke={1.6} aria-hidden />}
              <span>
                <b>{step.label}</b>
                <span className="vh">{t(step.done ? 'start.finished' : 'start.todo')}</span>
                {!step.done && <small>{step.hint}</small>}
              </span>
            </Link>
          </li>
        ))}
      </ol>
      {may(me, 'import', 'create') && <SampleDataSwitch />}
    </div>
  )
}
