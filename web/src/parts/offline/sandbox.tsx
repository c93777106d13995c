import { IconFlask } from '@tabler/icons-react'
import { moment } from '../../ui/format'
import { useTranslation } from '../../words'
import s from './banner.module.css'

/** One line over every page of a copy that was made to try things in, so that nobody takes it for the live suite. */
export function Sandbox({ asOf }: { asOf: string }) {
  const { t } = useTranslation()
  return (
    <p className={s.banner} data-tone="past">
      <IconFlask size={17} stroke={1.7} aria-hidden />
      <span>{t('offline.sandbox', { time: moment(asOf) })}</span>
    </p>
  )
}
