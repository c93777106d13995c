import { IconArrowsDiff } from '@tabler/icons-react'
import { lazy, Suspense, useState } from 'react'
import { useObject } from '../../meta/use-types'
import { Button } from '../../ui/button'
import { useTranslation } from '../../words'
import type { Head } from './answers'
import type { Between } from './between'

const Difference = lazy(() => import('./difference'))

/** What is different in the record since the event, asked for by a button. */
export function Since({ event }: { event: Head }) {
  const { t } = useTranslation()
  const object = useObject(event.record?.type ?? '')
  const [between, setBetween] = useState<Between>()
  if (!object || !event.record) return null
  return (
    <>
      <h3>{t('audit.between.since.event')}</h3>
      {between ? (
        <Suspense>
          <Difference object={object} id={event.record.id} between={between} onChange={setBetween} />
        </Suspense>
      ) : (
        <Button small icon={<IconArrowsDiff size={15} stroke={1.6} />} onClick={() => setBetween({ from: event.occurred_at })}>
          {t('time.compare')}
        </Button>
      )}
    </>
  )
}
