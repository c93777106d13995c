import type { ObjectDescription } from '../../meta/describe'
import { Drawer } from '../../ui/drawer'
import { useTranslation } from '../../words'
import Access from './access'

interface Props {
  object: ObjectDescription
  id: string
  onClose(): void
}

/** Who could see this record, asked from its page. */
export default function WhoCould({ object, id, onClose }: Props) {
  const { t } = useTranslation()
  return (
    <Drawer open onClose={onClose} title={t('audit.whoCould')} size={520}>
      <Access record={`${object.name}-${id}`} />
    </Drawer>
  )
}
