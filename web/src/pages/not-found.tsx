import { IconMapOff } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { Empty } from '../ui/empty'
import { useTranslation } from '../words'

export function NotFound() {
  const { t } = useTranslation()
  return (
    <Empty
      icon={<IconMapOff size={32} stroke={1.4} />}
      title={t('common.notFound')}
      text={t('common.notFoundText')}
      action={<Link to="/">{t('common.toStart')}</Link>}
    />
  )
}
