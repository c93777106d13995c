import { IconCheck } from '@tabler/icons-react'
import { Button } from '../../ui/button'
import { useTranslation } from '../../words'
import s from './import.module.css'
import type { Later } from './use-wizard'

/** Refused rows that are in by now: how many, and the import that took them. */
export function Taken({ taken, onOpen }: { taken: Later[]; onOpen(later: Later): void }) {
  const { t } = useTranslation()
  return (
    <ul className={s.taken}>
      {taken.map((one) => (
        <li key={one.job}>
          <IconCheck size={18} stroke={1.8} aria-hidden />
          {t('import.corrected', { count: one.rows.length })}
          <Button small look="quiet" onClick={() => onOpen(one)}>
            {t('import.showLater')}
          </Button>
        </li>
      ))}
    </ul>
  )
}
