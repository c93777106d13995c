import { IconAlertTriangle } from '@tabler/icons-react'
import type { components } from '../../api/schema/audit'
import { joined } from '../../ui/format'
import { useTranslation } from '../../words'
import { useResources } from '../settings/foreseen'
import s from './known.module.css'

/** What the file that the person is given will not hold, and why. Nothing where it holds all. */
export function Incomplete({ known }: { known: components['schemas']['Known'] }) {
  const { t } = useTranslation()
  const nameOf = useResources()
  const names = (resources: string[]) => joined([...new Set(resources.map((one) => nameOf(one) || t('privacy.otherKind')))])
  const cut = known.sections.filter((section) => !section.whole).map((section) => section.resource)
  if (known.left_out.length + cut.length === 0) return null
  return (
    <div role="note" className={s.incomplete}>
      <IconAlertTriangle size={18} stroke={1.8} aria-hidden />
      <div>
        <b>{t('privacy.incomplete')}</b>
        {known.left_out.length > 0 && <p>{t('privacy.leftOut', { types: names(known.left_out) })}</p>}
        {cut.length > 0 && <p>{t('privacy.cut', { types: names(cut) })}</p>}
      </div>
    </div>
  )
}
