import { IconArrowsDiagonal, IconX } from '@tabler/icons-react'
import { useMemo } from 'react'
import { isProblem } from '../../api/problem'
import { type Action, useActions } from '../../app/actions'
import { useRecord } from '../../data/records'
import { namedBy, type ObjectDescription } from '../../meta/describe'
import { useShow } from '../../meta/show'
import { IconButton } from '../../ui/icon-button'
import { useTranslation } from '../../words'
import { Failure } from '../offline/failure'
import { Waiting } from '../offline/waiting'
import { Facts } from '../record/facts'
import s from './panel.module.css'

interface Props {
  object: ObjectDescription
  id: string
  onClose(): void
  onPage(): void
}

/** A record next to the list that it was chosen from: the facts, editable. */
export default function Panel({ object, id, onClose, onPage }: Props) {
  const { t } = useTranslation()
  const show = useShow(object)
  const asked = useRecord(object, id)
  const { data: one } = asked
  const hidden = isProblem(asked.error, 'not-found', 'forbidden') ? asked.error : undefined // also where it was read before
  const title = one && namedBy(object, one.record)
  const actions = useMemo(
    (): Action[] => [{ id: 'close-panel', section: 'page', title: t('list.closePanel'), keys: 'escape', hidden: true, run: onClose }],
    [t, onClose],
  )
  useActions(actions)
  return (
    <aside className={s.panel} aria-label={t('list.panel')}>
      <header className={s.head}>
        <div>
          <span>{object.label}</span>
          <h2>{one && title ? show.text(title, one.record, one.names) : ' '}</h2>
        </div>
        <IconButton label={t('list.openPage')} onClick={onPage}>
          <IconArrowsDiagonal size={18} stroke={1.6} />
        </IconButton>
        <IconButton label={t('list.closePanel')} onClick={onClose}>
          <IconX size={18} stroke={1.6} />
        </IconButton>
      </header>
      <div className={s.body}>
        {hidden ? <Failure error={hidden} /> : one ? <Facts key={id} object={object} one={one} show={show} /> : <Waiting on={asked} />}
      </div>
    </aside>
  )
}
