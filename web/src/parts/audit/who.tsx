import { IconEyeQuestion } from '@tabler/icons-react'
import { lazy, type ReactNode, Suspense, useState } from 'react'
import { may, useSession } from '../../app/session'
import type { ObjectDescription } from '../../meta/describe'
import type { MenuItem } from '../../ui/menu'
import { useTranslation, withOffice } from '../../words'
import { useInLog } from './in-log'

const WhoCould = lazy(() => withOffice(import('./who-could')))

/** For those who audit: items of a record's menu, and the drawer that one of them opens. */
export function useWho(object: ObjectDescription, id: string): { items: MenuItem[]; drawer: ReactNode } {
  const { t } = useTranslation()
  const session = useSession()
  const [open, setOpen] = useState(false)
  const inLog = useInLog()
  if (session.state !== 'in' || !may(session.me, 'audit', 'read')) return { items: [], drawer: null }
  const item = { id: 'who', label: t('audit.whoCould'), icon: <IconEyeQuestion size={16} stroke={1.6} />, run: () => setOpen(true) }
  return {
    items: [item, ...inLog({ about: id })],
    drawer: <Suspense>{open && <WhoCould object={object} id={id} onClose={() => setOpen(false)} />}</Suspense>,
  }
}
