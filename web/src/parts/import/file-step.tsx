import { IconFileImport } from '@tabler/icons-react'
import { type DragEvent, useId, useState } from 'react'
import { useTranslation } from '../../words'
import s from './import.module.css'

const TAKEN = '.csv,.tsv,.txt,.xlsx,.vcf'

/** Choose a file, or drop it here. */
export function FileStep({ busy, onFile }: { busy: boolean; onFile(file: File): void }) {
  const { t } = useTranslation()
  const id = useId()
  const [over, setOver] = useState(false)
  function drop(event: DragEvent) {
    event.preventDefault()
    setOver(false)
    const file = event.dataTransfer.files[0]
    if (file) onFile(file)
  }
  return (
    <>
      <h2 className={s.question}>{t('import.whichFile')}</h2>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping is a second way; the input is the first */}
      <div
        className={s.drop}
        data-over={over || undefined}
        aria-busy={busy || undefined}
        onDragOver={(event) => {
          event.preventDefault()
          setOver(true)
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        <IconFileImport size={32} stroke={1.4} aria-hidden />
        <input
          id={id}
          type="file"
          accept={TAKEN}
          disabled={busy}
          onChange={(event) => {
            const file = event.currentTarget.files?.[0]
            if (file) onFile(file)
          }}
        />
        <label htmlFor={id}>{t('import.choose')}</label>
        <p>{t('import.taken')}</p>
      </div>
    </>
  )
}
