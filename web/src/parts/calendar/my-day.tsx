import { useMemo } from 'react'
import type { ObjectDescription } from '../../meta/describe'
import type { Doc } from '../../meta/meta'
import { Empty } from '../../ui/empty'
import { Bones } from '../../ui/skeleton'
import { useTranslation } from '../../words'
import { ActivityRow } from './activity-row'
import s from './calendar.module.css'
import { BUCKETS, type Bucket, bucketOf, inOrder } from './days'
import { useActivityActs, useOpen } from './use-activities'

/** What waits, by how soon: late ones first. */
export function MyDay({ object }: { object: ObjectDescription }) {
  const { t } = useTranslation()
  const { data, error } = useOpen(object)
  const { complete, putOff, mayEdit } = useActivityActs(object)
  const items = data?.items
  const groups = useMemo(() => grouped(items ?? []), [items])
  if (error) throw error
  if (!items) return <Bones rows={8} label={t('common.loading')} />
  if (!items.some((one) => one.status === 'open')) return <Empty ghost title={t('calendar.nothing')} text={t('calendar.nothingText')} />
  return (
    <div className={s.list}>
      {BUCKETS.map((bucket) => {
        const own = groups[bucket] ?? []
        if (!own.length && bucket !== 'today') return null
        return (
          <section key={bucket}>
            <h2 data-late={bucket === 'overdue' || undefined}>
              {t(`calendar.bucket.${bucket}`)} <span className="num">{own.length}</span>
            </h2>
            {own.length === 0 && <p className={s.free}>{t('calendar.freeToday')}</p>}
            <ul>
              {own.map((activity) => (
                <ActivityRow
                  key={activity.id}
                  activity={activity}
                  late={bucket === 'overdue'}
                  hideDay={bucket === 'today'}
                  onComplete={mayEdit ? (one) => void complete(one) : undefined}
                  onPutOff={mayEdit ? (one, day) => void putOff(one, day) : undefined}
                />
              ))}
            </ul>
          </section>
        )
      })}
    </div>
  )
}

function grouped(activities: readonly Doc[]): Partial<Record<Bucket, Doc[]>> {
  const now = new Date()
  const found: Partial<Record<Bucket, Doc[]>> = {}
  for (const activity of inOrder(activities.filter((one) => one.status === 'open'))) {
    const bucket = bucketOf(activity, now)
    found[bucket] = [...(found[bucket] ?? []), activity]
  }
  return found
}
