import { Link } from '@tanstack/react-router'
import { loadMe, useMe } from '../../app/session'
import { Button } from '../../ui/button'
import { TextField } from '../../ui/field'
import { SelectField } from '../../ui/select'
import { locale, useTranslation } from '../../words'
import { Unsaved } from '../form/unsaved'
import { Meanwhile } from './meanwhile'
import s from './settings.module.css'
import { useCodes } from './use-codes'
import { useDraft } from './use-draft'
import { useSave } from './use-save'

const WHO = ['optional', 'administrators', 'everybody'] as const
const FIELDS = ['name', 'language', 'time_zone', 'currency', 'country', 'fiscal_year_start', 'second_factor'] as const
export type Organisation = Record<(typeof FIELDS)[number], string | number> & { id: string; version: number }

export default function OrganisationForm({ saved, at }: { saved: Organisation; at: string }) {
  const { t } = useTranslation()
  const { save, busy, errors, problem } = useSave('organisation', FIELDS)
  const codes = useCodes()
  const own = useMe().second_factor?.enabled // nobody asks of others what they do not have
  const live = Object.fromEntries(FIELDS.map((name) => [name, saved[name]])) as Record<(typeof FIELDS)[number], string | number>
  const { before, version, now, setNow, meanwhile } = useDraft(live, saved.version)
  const set = (name: (typeof FIELDS)[number]) => (value: string | number | null) => setNow({ ...now, [name]: value ?? '' })
  const changed = Object.fromEntries(FIELDS.filter((name) => now[name] !== before[name]).map((name) => [name, now[name]]))
  const months = Array.from({ length: 12 }, (_, n) => ({
    value: String(n + 1),
    label: new Intl.DateTimeFormat(locale(), { month: 'long', timeZone: 'UTC' }).format(Date.UTC(2026, n, 1)),
  }))
  async function keep() {
    if (await save('PATCH', at, changed, t('settings.saved'), version)) await loadMe()
  }
  const label = (name: string) => t(`settings.organisation.${name}`)
  return (
    <div className={s.form}>
      <Unsaved when={() => Object.keys(changed).length > 0} />
      <TextField
        label={label('name')}
        value={String(now.name)}
        error={errors.name}
        onChange={(event) => set('name')(event.currentTarget.value)}
      />
      <SelectField
        label={label('language')}
        description={label('languageHint')}
        value={String(now.language)}
        allowDeselect={false}
        data={[
          { value: 'zh', label: '中文' },
          { value: 'en', label: 'English' },
        ]}
        onChange={set('language')}
      />
      <SelectField
        label={label('country')}
        description={label('countryHint')}
        value={String(now.country) || null}
        error={errors.country}
        clearable
        data={codes.countries}
        onChange={set('country')}
      />
      <SelectField
        label={label('currency')}
        value={String(now.currency)}
        error={errors.currency}
        allowDeselect={false}
        data={codes.currencies}
        onChange={set('currency')}
      />
      <SelectField
        label={label('time_zone')}
        value={String(now.time_zone)}
        error={errors.time_zone}
        allowDeselect={false}
        data={[...new Set(['UTC', String(now.time_zone), ...Intl.supportedValuesOf('timeZone')])]}
        onChange={set('time_zone')}
      />
      <SelectField
        label={label('fiscal_year_start')}
        value={String(now.fiscal_year_start)}
        error={errors.fiscal_year_start}
        allowDeselect={false}
        data={months}
        onChange={(month) => set('fiscal_year_start')(Number(month))}
      />
      <SelectField
        label={label('second_factor')}
        description={t('factor.policyHint')}
        value={String(now.second_factor)}
        error={errors.second_factor}
        allowDeselect={false}
        disabled={!own && now.second_factor === 'optional'}
        data={WHO.map((value) => ({ value, label: t(`factor.policy.${value}`) }))}
        onChange={set('second_factor')}
      />
      {!own && (
        <p>
          {t('factor.ownFirst')} <Link to="/me">{t('factor.toOwn')}</Link>
        </p>
      )}
      <Meanwhile moved={meanwhile} label={label} />
      <p role="alert" className={s.problem}>
        {problem}
      </p>
      <div>
        <Button look="primary" busy={busy} disabled={Object.keys(changed).length === 0} onClick={() => void keep()}>
          {t('common.save')}
        </Button>
      </div>
    </div>
  )
}
