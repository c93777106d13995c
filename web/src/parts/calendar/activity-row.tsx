import { IconCalendarPlus, IconFlag } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import type { Doc } from '../../meta/meta'
import { clock, shortDay } from '../../ui/format'
import { IconButton } from '../../ui/icon-button'
import { Menu } from '../../ui/menu'
import { useTranslation } from '../../words'
import s from './calendar.module.css'
import { dayOf, placeOf, plus, weekOf } from './days'
import { kindIcon } from './kinds'

interface Props {
  activity: Doc
  late?: boolean
  /** Its day is known from where it stands. */
  hideDay?: boolean
  onComplete?(activity: Doc): void
  onPutOff?(activity: Doc, day: string): void
}

/** Done by one tap, put off by two, opened by its name. */
export function ActivityRow({ activity, late, hideDay, onComplete, onPutOff }: Props) {
  const { t } = useTranslation()
  const Icon = kindIcon(activity.kind)
  const placed = placeOf(activity)
  const done = activity.status === 'done'
  const today = dayOf(new Date())
  const days = [
    { id: 'tomorrow', day: plus(today, 1) },
    { id: 'in-two', day: plus(today, 2) },
    { id: 'monday', day: plus(weekOf(today), 7) },
  ]
  const words: Record<string, string> = {
    tomorrow: t('calendar.tomorrow'),
    'in-two': t('calendar.inTwoDays'),
    monday: t('calendar.nextMonday'),
  }
  return (
    <li className={s.row} data-done={done || undefined}>
      <button
        type="button"
        className={s.tick}
        aria-label={done ? t('calendar.isDone') : t('calendar.complete', { what: String(activity.subject) })}
        aria-pressed={done}
        disabled={done || !onComplete}
        onClick={() => onComplete?.(activity)}
      />
      <Icon size={17} stroke={1.6} aria-hidden className={s.kind} />
      <Link to="/o/$type/$id" params={{ type: 'activity', id: activity.id }} className={s.subject}>
        {String(activity.subject ?? '')}
      </Link>
      {activity.priority === 'high' && (
        <span className={s.high}>
          <IconFlag size={14} stroke={1.8} aria-hidden />
          <span className="vh">{t('calendar.high')}</span>
        </span>
      )}
      {placed && (
        <span className={s.when} data-late={late || undefined}>
          {!hideDay && shortDay(placed.day)} {placed.at && clock(placed.at)}
        </span>
      )}
      {onPutOff && !done && (
        <Menu
          items={days.map(({ id, day }) => ({
            id,
            label: words[id],
            hint: <small>{shortDay(day)}</small>,
            run: () => onPutOff(activity, day),
          }))}
        >
          <IconButton small label={t('calendar.putOffTo', { what: String(activity.subject) })}>
            <IconCalendarPlus size={17} stroke={1.6} />
          </IconButton>
        </Menu>
      )}
    </li>
  )
}
