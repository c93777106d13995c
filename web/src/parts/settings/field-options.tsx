import { IconPlus, IconX } from '@tabler/icons-react'
import { Button } from '../../ui/button'
import { TextField } from '../../ui/field'
import { IconButton } from '../../ui/icon-button'
import { useTranslation } from '../../words'
import type { FieldDefinition } from './field-definition'
import s from './settings.module.css'

interface Props {
  field: FieldDefinition
  error?: string
  onChange(change: Partial<FieldDefinition>): void
}
const LANGUAGES = [
  ['zh-CN', 'settings.zh'],
  ['zh-TW', 'settings.zhTw'],
  ['en', 'settings.en'],
] as const

/** The values to choose from: the stored one, and what it is called in each language. */
export function FieldOptions({ field, error, onChange }: Props) {
  const { t } = useTranslation()
  const { options, option_titles: titles } = field
  const rename = (n: number, to: string) => {
    const { [options[n] ?? '']: moved, ...rest } = titles
    onChange({ options: options.map((one, m) => (m === n ? to : one)), option_titles: moved ? { ...rest, [to]: moved } : titles })
  }
  return (
    <fieldset className={s.options}>
      <legend>{t('settings.fields.options')}</legend>
      <p className={s.soft}>{t('settings.fields.optionsHint')}</p>
      {options.map((option, n) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: an option is what is typed, its place is its identity
        <div key={n} className={s.option}>
          <TextField
            aria-label={t('settings.fields.option', { n: n + 1 })}
            value={option}
            onChange={(event) => rename(n, event.currentTarget.value)}
          />
          {LANGUAGES.map(([language, label]) => (
            <TextField
              key={language}
              aria-label={`${option} ${t(label)}`}
              placeholder={t(label)}
              value={titles[option]?.[language] ?? ''}
              onChange={(event) =>
                onChange({ option_titles: { ...titles, [option]: { ...titles[option], [language]: event.currentTarget.value } } })
              }
            />
          ))}
          <IconButton label={`${t('common.remove')} ${option}`} onClick={() => onChange({ options: options.filter((_, m) => m !== n) })}>
            <IconX size={16} stroke={1.6} />
          </IconButton>
        </div>
      ))}
      <Button small icon={<IconPlus size={16} />} onClick={() => onChange({ options: [...options, ''] })}>
        {t('settings.fields.addOption')}
      </Button>
      {error && <p className={s.problem}>{error}</p>}
    </fieldset>
  )
}
