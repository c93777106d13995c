import type { Waiting } from '../../data/offline/database'
import { discard, tryAgain, useOutbox } from '../../data/offline/outbox'
import { useObject } from '../../meta/use-types'
import { Button } from '../../ui/button'
import { Dialog } from '../../ui/dialog'
import { moment } from '../../ui/format'
import { useTranslation } from '../../words'
import s from './banner.module.css'

/** What waits to be sent, in its order; what was refused, with the reason. */
export default function Outbox({ onClose }: { onClose(): void }) {
  const { t } = useTranslation()
  const waiting = useOutbox()
  return (
    <Dialog open onClose={onClose} title={t('offline.outbox')} size={480}>
      {waiting.length === 0 && <p>{t('offline.none')}</p>}
      <ul className={s.list}>
        {waiting.map((one) => (
          <Row key={one.id} one={one} />
        ))}
      </ul>
    </Dialog>
  )
}

function Row({ one }: { one: Waiting }) {
  const { t } = useTranslation()
  const kinds = useObject('activity')?.field('kind')?.option_labels ?? {}
  const kind = String(one.body.kind ?? '')
  return (
    <li>
      <p>{String(one.body.subject ?? '')}</p>
      <small>
        {kinds[kind] ?? kind} · {moment(one.occurredAt)}
      </small>
      {one.problem && <p data-bad>{one.problem}</p>}
      <div className={s.acts}>
        {one.problem && (
          <Button small onClick={() => void tryAgain(one)}>
            {t('common.retry')}
          </Button>
        )}
        <Button small look="quiet" onClick={() => void discard(one)}>
          {t('offline.discard')}
        </Button>
      </div>
    </li>
  )
}
