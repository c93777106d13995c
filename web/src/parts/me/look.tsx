import { chooseDensity, chooseLocale, chooseScheme, setPreferences, usePreferences } from '../../app/preferences'
import { Toggle } from '../../ui/field'
import { Card } from '../../ui/page'
import { type Density, type Scheme, useDensity } from '../../ui/scheme'
import { Segments } from '../../ui/segments'
import { LOCALE_NAMES, LOCALES, useTranslation } from '../../words'
import s from './me.module.css'

const SCHEMES: readonly Scheme[] = ['light', 'dark', 'system']
const DENSITIES: readonly Density[] = ['compact', 'comfortable', 'spacious']

export function Look() {
  const { t, i18n } = useTranslation()
  const density = useDensity()
  const { scheme = 'system', singleKeys } = usePreferences()
  return (
    <Card title={t('me.look')}>
      <div className={s.line}>
        <span>{t('nav.language')}</span>
        <Segments
          label={t('nav.language')}
          value={i18n.language as (typeof LOCALES)[number]}
          options={LOCALES.map((value) => ({ value, label: LOCALE_NAMES[value] }))}
          onChange={(value) => void chooseLocale(value)}
        />
      </div>
      <div className={s.line}>
        <span>{t('nav.scheme')}</span>
        <Segments
          label={t('nav.scheme')}
          value={scheme}
          options={SCHEMES.map((value) => ({ value, label: t(`nav.${value}`) }))}
          onChange={(value) => void chooseScheme(value)}
        />
      </div>
      <div className={s.line}>
        <span>{t('nav.density')}</span>
        <Segments
          label={t('nav.density')}
          value={density}
          options={DENSITIES.map((value) => ({ value, label: t(`nav.${value}`) }))}
          onChange={(value) => void chooseDensity(value)}
        />
      </div>
      <Toggle
        label={t('me.singleKeys')}
        checked={singleKeys !== false}
        onChange={(on) => void setPreferences((now) => ({ ...now, singleKeys: on }))}
      />
    </Card>
  )
}
