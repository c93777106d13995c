import type { ObjectDescription } from '../../meta/describe'
import { Bones } from '../../ui/skeleton'
import { useTranslation } from '../../words'
import { ActivityRow } from './activity-row'
import s from './calendar.module.css'
import { dayOf, daysOf, inOrder, placeOf } from './days'
import { useActivityActs, useWeek } from './use-activities'

/** Seven days next to each other; on a telephone one below the other. */
export function Week({ object, monday }: { object: ObjectDescription; monday: string }) {
  const { t, i18n } = useTranslation()
  const { data, error } = useWeek(object, monday)
  const { complete, mayEdit } = useActivityActs(object)
  const today = dayOf(new Date())
  if (error) throw error
  if (!data) return <Bones rows={8} label={t('common.loading')} />
  const all = inOrder(data.items)
  const name = new Intl.DateTimeFormat(i18n.language, { weekday: 'short', timeZone: 'UTC' })
  const date = new Intl.DateTimeFormat(i18n.language, { month: 'numeric', day: 'numeric', timeZone: 'UTC' })
  return (
    <div className={s.week}>
      {daysOf(monday).map((day) => {
        const own = all.filter((activity) => placeOf(activity)?.day === day)
        const at = new Date(`${day}T00:00:00Z`)
        return (
          <section key={day} data-today={day === today || undefined} aria-label={`${name.format(at)} ${date.format(at)}`}>
            <h2>
              {name.format(at)} <span className="num">{date.format(at)}</span>
            </h2>
            <ul>
              {own.map((activity) => (
                <ActivityRow
                  key={activity.id}
                  activity={activity}
                  hideDay
                  late={activity.status === 'open' && day < today}
                  onComplete={mayEdit ? (one) => void complete(one) : undefined}
                />
              ))}
            </ul>
            {own.length === 0 && <p className={s.free}>–</p>}
          </section>
        )
      })}
    </div>
  )
}
