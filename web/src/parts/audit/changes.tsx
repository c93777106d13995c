import type { ObjectDescription } from '../../meta/describe'
import { useShow } from '../../meta/show'
import { useTranslation } from '../../words'
import { stepsOf } from '../timeline/sentence'
import type { OneEvent } from './answers'
import s from './audit.module.css'

/** Each field with its value before and after, below the title; nothing where all that changed is for programs. */
export function Changes({ object, one, title }: { object: ObjectDescription; one: OneEvent; title: string }) {
  const { t } = useTranslation()
  const steps = stepsOf(object, one as never, useShow(object), one.names)
  if (steps.length === 0) return null
  return (
    <>
      <h3>{title}</h3>
      <dl className={s.changes}>
        {steps.map(({ field, from, to }) => (
          <div key={field.name}>
            <dt>{field.label}</dt>
            <dd>
              {from && <del>{from}</del>} {from && '→'} <ins>{to || t('timeline.cleared')}</ins>
            </dd>
          </div>
        ))}
      </dl>
    </>
  )
}
