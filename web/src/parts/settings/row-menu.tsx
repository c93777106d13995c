import { IconDots } from '@tabler/icons-react'
import { IconButton } from '../../ui/icon-button'
import { Menu, type MenuItem } from '../../ui/menu'
import { useTranslation } from '../../words'

/** What can be done with a row. */
export function RowMenu({ name, items }: { name: string; items: MenuItem[] }) {
  const { t } = useTranslation()
  return (
    <Menu items={items}>
      <IconButton label={t('settings.more', { name })}>
        <IconDots size={18} stroke={1.6} />
      </IconButton>
    </Menu>
  )
}
