import { Button } from '../../ui/button'
import { useTranslation } from '../../words'
import { type Touched as One, useWording } from './answers'
import s from './audit.module.css'

interface Props {
  records: One[]
  /** Reads the next ones; undefined: these are all. */
  onMore?: () => void
  busy: boolean
}

/** The records that a command and what followed from it have changed, and what takes the newest change of each back. */
export function Touched({ records, onMore, busy }: Props) {
  const { t } = useTranslation()
  const { event, kind, title } = useWording()
  return (
    <>
      <ul className={s.touched}>
        {records.map((one) => (
          <li key={`${one.record.type}-${one.record.id}`}>
            <b>{title(one.record) || kind({ record: one.record, stream: '' })}</b> {one.types.map((type) => event({ type })).join(', ')}
            <small>{one.undo ? one.undo.label : one.undo_reason?.message}</small>
          </li>
        ))}
      </ul>
      {onMore && (
        <Button small look="quiet" busy={busy} onClick={onMore}>
          {t('audit.moreRecords')}
        </Button>
      )}
    </>
  )
}
