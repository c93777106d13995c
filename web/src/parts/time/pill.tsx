import { IconClock } from '@tabler/icons-react'
import { useState } from 'react'
import { useMoment, useTravel } from '../../data/moment'
import { Button } from '../../ui/button'
import { DateField } from '../../ui/date'
import { day, moment as written } from '../../ui/format'
import { Popover } from '../../ui/popover'
import { useTranslation } from '../../words'
import s from './pill.module.css'

const DATE = 10
export const whenOf = (at: string): string => (at.length === DATE ? day(at) : written(at))

interface Props {
  /** Whether the strip is open, and what opens and closes it. */
  open: boolean
  onOpen(open: boolean): void
}

/** *Now*, or the moment that one looks at: opens the strip; once open, a calendar for any other day. */
export function Pill({ open, onOpen }: Props) {
  const { t } = useTranslation()
  const { at, known } = useMoment()
  const travel = useTravel()
  const [calendar, setCalendar] = useState(false)
  const moment = at ?? known
  const press = () => (open ? setCalendar(!calendar) : onOpen(true))
  const button = (
    <button
      type="button"
      data-tour="time"
      className={s.pill}
      data-past={moment ? true : undefined}
      aria-expanded={open}
      title={t('time.open')}
      onClick={press}
    >
      <IconClock size={15} stroke={1.6} aria-hidden />
      {moment ? whenOf(moment) : t('time.now')}
    </button>
  )
  return (
    <Popover open={calendar} onChange={setCalendar} target={button} label={t('time.day')} position="bottom-end" width={280}>
      <div className={s.calendar}>
        <DateField
          label={t('time.day')}
          value={at?.slice(0, DATE) ?? null}
          maxDate={new Date()}
          onChange={(value) => travel({ at: value ?? undefined, known })}
        />
        <DateField
          label={t('time.known')}
          value={known?.slice(0, DATE) ?? null}
          maxDate={new Date()}
          onChange={(value) => travel({ at, known: value ?? undefined })}
        />
        <Button small onClick={() => [setCalendar(false), travel(), onOpen(false)]}>
          {t('time.backToNow')}
        </Button>
      </div>
    </Popover>
  )
}
