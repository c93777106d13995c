import type { ObjectDescription } from '../../meta/describe'
import { useShow } from '../../meta/show'
import { useTranslation } from '../../words'
import { stepsOf } from '../timeline/sentence'
import type { OneEvent } from './answers'
import s from './audit.module.css'

/** Each field with its value before and after. */
export function Changes({ object, one }: { object: ObjectDescription; one: OneEvent }) {
  const { t } = useTranslation()
  const steps = stepsOf(object, one as never, useShow(object), one.names)
  return (
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
  )
}
