import { IconArchive, IconArrowBackUp, IconDownload, IconEdit, IconProgress, IconTag, IconUserShare, IconX } from '@tabler/icons-react'
import { useState } from 'react'
import type { ListQuery } from '../../data/keys'
import { useMoment } from '../../data/moment'
import type { ObjectDescription } from '../../meta/describe'
import type { Show } from '../../meta/show'
import { Button } from '../../ui/button'
import { IconButton } from '../../ui/icon-button'
import { useTranslation } from '../../words'
import { NOTHING, type Selection, sizeOf } from '../grid/selection'
import { bulkWords, MOST_IDS, MOST_RECORDS, type Word } from './acts'
import s from './bulk.module.css'
import { BulkDialog } from './bulk-dialog'
import { downloadList } from './export'

interface Props {
  object: ObjectDescription
  show: Show
  query: ListQuery
  selection: Selection
  count: number
  onSelect(change: Selection): void
}
const ICONS: Record<Word, typeof IconEdit> = {
  edit: IconEdit,
  assign: IconUserShare,
  tag: IconTag,
  'change-stage': IconProgress,
  archive: IconArchive,
  restore: IconArrowBackUp,
}

/** In place of the tools while rows are picked: what can be done with all of them. */
export default function BulkBar({ object, show, query, selection, count, onSelect }: Props) {
  const { t } = useTranslation()
  const moment = useMoment()
  const [word, setWord] = useState<Word | null>(null)
  const words = bulkWords(object.commands)
  const archived = query.where?.archived === 'true'
  const offered = (Object.keys(ICONS) as Word[]).filter(
    (one) => words.has(one) && (one === 'restore') === (archived && one === 'restore') && !(archived && one === 'archive'),
  )
  const picked = sizeOf(selection, count)
  const tooMany = selection.all ? picked > MOST_RECORDS : picked > MOST_IDS
  const ids: Record<string, string> = selection.all ? {} : { 'id[in]': [...selection.ids].join(',') }
  return (
    <div className={s.bar}>
      <b className="num">{t('list.picked', { count: picked })}</b>
      {!selection.all && picked < count && (
        <Button small look="quiet" onClick={() => onSelect({ ids: new Set(), all: true })}>
          {t('list.pickEvery', { count })}
        </Button>
      )}
      {offered.map((one) => {
        const Icon = ICONS[one]
        return (
          <Button key={one} small icon={<Icon size={15} stroke={1.6} />} disabled={tooMany} onClick={() => setWord(one)}>
            {t(`list.bulk.${one}`)}
          </Button>
        )
      })}
      <Button small icon={<IconDownload size={15} stroke={1.6} />} onClick={() => void downloadList(object, query, moment, 'xlsx', ids)}>
        {t('list.bulk.export')}
      </Button>
      <span className={s.grow} />
      {tooMany && <span className={s.warn}>{t('list.bulkMost', { count: selection.all ? MOST_RECORDS : MOST_IDS })}</span>}
      <IconButton label={t('list.clearPicked')} onClick={() => onSelect(NOTHING)}>
        <IconX size={18} stroke={1.6} />
      </IconButton>
      {word && (
        <BulkDialog
          object={object}
          show={show}
          word={word}
          query={query}
          selection={selection}
          count={count}
          onClose={(done) => {
            setWord(null)
            if (done) onSelect(NOTHING)
          }}
        />
      )}
    </div>
  )
}
