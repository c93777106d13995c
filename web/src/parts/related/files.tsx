import { IconPaperclip, IconTrash, IconUpload } from '@tabler/icons-react'
import { useQueryClient } from '@tanstack/react-query'
import { type DragEvent, useRef, useState } from 'react'
import { isProblem } from '../../api/problem'
import { useCommand } from '../../data/act'
import { refresh } from '../../data/cache'
import { download } from '../../data/files'
import { usePast } from '../../data/moment'
import { type One, useList } from '../../data/records'
import { upload } from '../../data/uploads'
import type { ObjectDescription } from '../../meta/describe'
import type { Doc } from '../../meta/meta'
import { useTypes } from '../../meta/use-types'
import { IconButton } from '../../ui/icon-button'
import { toast } from '../../ui/toast'
import { locale, useTranslation } from '../../words'
import s from './related.module.css'

const MOST = 50
const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const
const said = (error: unknown) => {
  if (!isProblem(error)) throw error
  toast({ kind: 'bad', text: error.errors[0]?.message ?? error.message })
}

/** 1,536 → 1.5 kB */
export function sizeOf(bytes: number): string {
  const step = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3))
  const options = { style: 'unit', unit: UNITS[step], unitDisplay: 'short', maximumFractionDigits: 1 } as const
  return new Intl.NumberFormat(locale(), options).format(bytes / 1000 ** step)
}

/** The files of a record: dropped or chosen to upload, a click downloads. */
export function Files({ object, one }: { object: ObjectDescription; one: One }) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const past = usePast()
  const files = useTypes().type('attachment')
  const picker = useRef<HTMLInputElement>(null)
  const [over, setOver] = useState(false)
  const [share, setShare] = useState<number | undefined>()
  const where = { record_type: object.name, record: one.record.id }
  const { data } = useList(files ?? object, { where }, MOST, { enabled: files !== undefined && !past, named: false })
  if (files === undefined || past) return null // they have no past to look at
  const add = async (chosen: FileList | null) => {
    for (const file of chosen ?? []) await upload(file, object.name, one.record.id, setShare).catch(said)
    setShare(undefined)
    await refresh(client, files.name)
  }
  const drop = (event: DragEvent) => {
    event.preventDefault()
    setOver(false)
    void add(event.dataTransfer.files)
  }
  const takes = !past && one.rights?.edit !== false
  return (
    <section
      className={s.box}
      aria-label={t('record.files')}
      onDragOver={takes ? (event) => [event.preventDefault(), setOver(true)] : undefined}
      onDragLeave={() => setOver(false)}
      onDrop={takes ? drop : undefined}
    >
      <h3>
        {t('record.files')}
        <span>{data?.items.length}</span>
        {takes && (
          <IconButton small label={t('files.upload')} onClick={() => picker.current?.click()}>
            <IconUpload size={15} stroke={1.6} />
          </IconButton>
        )}
      </h3>
      <input ref={picker} type="file" multiple hidden onChange={(event) => void add(event.currentTarget.files)} />
      {share !== undefined && <progress className={s.progress} max={1} value={share} aria-label={t('files.uploading')} />}
      <ul className={over ? s.drop : undefined} data-over={over || undefined}>
        {data?.items.map((file) => (
          <File key={file.id} files={files} file={file} takes={takes} />
        ))}
      </ul>
    </section>
  )
}

function File({ files, file, takes }: { files: ObjectDescription; file: Doc; takes: boolean }) {
  const { t } = useTranslation()
  const { run } = useCommand()
  const remove = files.command('customer.DeleteFile')
  const name = String(file.name ?? '')
  return (
    <li>
      <IconPaperclip size={15} stroke={1.6} aria-hidden />
      <a
        href={`/o/attachment/${file.id}`}
        onClick={(event) => [event.preventDefault(), void download(`${files.path}/${file.id}/content`, name)]}
      >
        {name}
      </a>
      <small>{sizeOf(Number(file.size ?? 0))}</small>
      {takes && remove && (
        <IconButton
          small
          label={t('files.delete', { name })}
          onClick={() => void run({ object: files, command: remove, id: file.id, body: {} }).catch(said)}
        >
          <IconTrash size={14} stroke={1.6} />
        </IconButton>
      )}
    </li>
  )
}
