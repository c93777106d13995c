import { IconArrowsDiff } from '@tabler/icons-react'
import { useNavigate } from '@tanstack/react-router'
import { useEffect, useMemo } from 'react'
import { useMoment } from '../../data/moment'
import { useHistory } from '../../data/records'
import type { ObjectDescription } from '../../meta/describe'
import { Button } from '../../ui/button'
import { moment } from '../../ui/format'
import { useTranslation } from '../../words'
import { type Stop, Strip } from './strip'

/** The moments of a record's versions, all pages of them; the newest one is now, and left out. */
export function useVersionStops(object: ObjectDescription, id: string): Stop[] {
  const { data, hasNextPage, fetchNextPage, isFetching } = useHistory(object, id)
  useEffect(() => {
    if (hasNextPage && !isFetching) void fetchNextPage()
  }, [hasNextPage, isFetching, fetchNextPage])
  return useMemo((): Stop[] => {
    const entries = (data?.pages.flatMap((page) => page.items) ?? []).toReversed()
    const whole = entries.map((entry) => ({
      at: entry.occurred_at,
      count: Object.keys(entry.changes).length || 1,
      label: moment(entry.occurred_at),
    }))
    const moments = whole.filter((stop, n) => stop.at !== whole[n + 1]?.at) // changes of one moment are one place
    return moments.slice(0, -1) // the last one is now
  }, [data])
}

/** The time strip of one record: the hand walks its versions, however far apart they are. */
export function VersionStrip({ object, id }: { object: ObjectDescription; id: string }) {
  const { t } = useTranslation()
  const stops = useVersionStops(object, id)
  const first = stops[0]
  const axis = first ? [{ at: 0, label: first.label }] : []
  return (
    <Strip stops={stops} axis={axis}>
      <span className="vh">{t('time.versions')}</span>
      <CompareWithNow />
    </Strip>
  )
}

/** From the moment of the hand to its difference from now, in the history. */
function CompareWithNow() {
  const { t } = useTranslation()
  const { at } = useMoment()
  const go = useNavigate()
  if (!at) return null
  const compare = (old: object) => ({ ...old, tab: 'history', from: at, to: undefined, at: undefined, known: undefined })
  return (
    <Button
      small
      icon={<IconArrowsDiff size={15} stroke={1.6} />}
      onClick={() => void go({ to: '.', search: compare as never, replace: true })}
    >
      {t('time.compare')}
    </Button>
  )
}
