import { IconChevronLeft, IconChevronRight, IconPhone, IconPlus } from '@tabler/icons-react'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useMemo, useState } from 'react'
import { type Action, useActions } from '../app/actions'
import { usePast } from '../data/moment'
import { useObject } from '../meta/use-types'
import s from '../parts/calendar/calendar.module.css'
import { dayOf, plus, weekOf } from '../parts/calendar/days'
import { LogCall } from '../parts/calendar/log-call'
import { MyDay } from '../parts/calendar/my-day'
import { Week } from '../parts/calendar/week'
import { Button } from '../ui/button'
import { IconButton } from '../ui/icon-button'
import { usePhone } from '../ui/media'
import { Sheet } from '../ui/page'
import { Segments } from '../ui/segments'
import { useTranslation } from '../words'
import { NotFound } from './not-found'

/** What the person has to do: by how soon, or by the days of a week. */
export function Calendar() {
  const { t } = useTranslation()
  const go = useNavigate()
  const object = useObject('activity')
  const { week: day } = useSearch({ from: '/shell/calendar' })
  const week = day && weekOf(day) // also of a link that somebody wrote
  const [calling, setCalling] = useState(false)
  const phone = usePhone()
  const past = usePast()
  const creates = object?.create?.allowed && !past
  const show = (monday: string | undefined) => void go({ to: '/calendar', search: monday ? { week: monday } : {}, replace: true })
  const actions = useMemo(
    (): Action[] =>
      creates
        ? [{ id: 'log-call', section: 'page', title: t('calendar.logCall'), icon: IconPhone, keys: 'l', run: () => setCalling(true) }]
        : [],
    [creates, t],
  )
  useActions(actions)
  if (!object) return <NotFound />
  const tools = (
    <>
      {week && (
        <span className={s.nav}>
          <IconButton label={t('calendar.weekBefore')} onClick={() => show(plus(week, -7))}>
            <IconChevronLeft size={18} stroke={1.6} />
          </IconButton>
          <Button small look="quiet" onClick={() => show(weekOf(dayOf(new Date())))}>
            {t('calendar.thisWeek')}
          </Button>
          <IconButton label={t('calendar.weekAfter')} onClick={() => show(plus(week, 7))}>
            <IconChevronRight size={18} stroke={1.6} />
          </IconButton>
        </span>
      )}
      <Segments
        label={t('list.shownAs')}
        value={week ? 'week' : 'day'}
        options={[
          { value: 'day', label: t('calendar.asDay') },
          { value: 'week', label: t('calendar.asWeek') },
        ]}
        onChange={(as) => show(as === 'week' ? weekOf(dayOf(new Date())) : undefined)}
      />
    </>
  )
  return (
    <Sheet
      title={t('nav.calendar')}
      tools={phone ? tools : undefined}
      actions={
        <>
          {!phone && tools}
          {creates && (
            <Button
              icon={<IconPlus size={16} />}
              onClick={() => void go({ to: '/o/$type', params: { type: 'activity' }, search: { create: true } })}
            >
              {t('calendar.newTask')}
            </Button>
          )}
          {creates && (
            <Button look="primary" icon={<IconPhone size={16} />} onClick={() => setCalling(true)}>
              {t('calendar.logCall')}
            </Button>
          )}
        </>
      }
    >
      {week ? <Week object={object} monday={week} /> : <MyDay object={object} />}
      {calling && <LogCall object={object} onClose={() => setCalling(false)} />}
    </Sheet>
  )
}
