import { IconDownload } from '@tabler/icons-react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { get } from '../../api/client'
import type { components } from '../../api/schema/audit'
import { make } from '../../data/files'
import type { ObjectDescription } from '../../meta/describe'
import { Button } from '../../ui/button'
import { Bone } from '../../ui/skeleton'
import { useTranslation } from '../../words'
import s from '../related/related.module.css'
import { Incomplete } from './incomplete'
import { KnownRecords } from './known-records'

const FORMATS = ['html', 'json'] as const

/** All that is known about the person of a request, by record type, and the file that the person is given. */
export default function Known({ object, id, open }: { object: ObjectDescription; id: string; open: boolean }) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const [busy, setBusy] = useState(false)
  const path = `${object.path}/${id}`
  const { data, error } = useQuery({
    queryKey: [object.name, 'known', id, 'now'],
    queryFn: ({ signal }) => get<components['schemas']['Known']>(`${path}/inventory`, undefined, signal),
  })
  const give = async (format: (typeof FORMATS)[number]) => {
    setBusy(true)
    const done = await make(`${path}/person-file`, { format }, `${t('privacy.file')}.${format}`)
    setBusy(false)
    if (done) await client.invalidateQueries({ queryKey: [object.name] })
  }
  return (
    <>
      <section className={s.box}>
        <h3>{t('privacy.known')}</h3>
        {!data && !error && <Bone seed={4} />}
        {error && <p role="alert">{error.message}</p>}
        {data && open && <Incomplete known={data} />}
        {open && (
          <div className={s.makes}>
            {FORMATS.map((format) => (
              <Button key={format} small disabled={busy} icon={<IconDownload size={15} stroke={1.6} />} onClick={() => void give(format)}>
                {t(`privacy.${format}`)}
              </Button>
            ))}
          </div>
        )}
      </section>
      {data?.sections
        .filter((section) => section.resource !== object.name)
        .map((section) => (
          <KnownRecords key={section.resource} section={section} />
        ))}
    </>
  )
}
