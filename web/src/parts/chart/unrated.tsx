import { Link } from '@tanstack/react-router'
import { may, useMe } from '../../app/session'
import { useTranslation } from '../../words'
import s from './chart.module.css'

/** Says how many amounts are in no sum, for want of an exchange rate: a figure that leaves them out in silence would lie. */
export function Unrated({ count }: { count: number }) {
  const { t } = useTranslation()
  const sets = may(useMe(), 'exchange_rate', 'create')
  if (!count) return null
  const said = t('dash.unrated', { count })
  return (
    <p className={s.unrated} role="note">
      {sets ? (
        <Link to="/settings/{-$page}" params={{ page: 'rates' }}>
          {said}
        </Link>
      ) : (
        said
      )}
    </p>
  )
}
