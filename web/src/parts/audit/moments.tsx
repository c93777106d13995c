import { clockOf, momentOf } from '../../meta/fields/datetime'
import { MomentField } from '../../ui/date'
import { clockAt, dayAt } from '../../ui/format'
import { useTranslation } from '../../words'
import { type Between, inOrder, instantOf, isVersion, MADE } from './between'
import s from './difference.module.css'

const DAY_MS = 86_400_000
const BACK = { month: 30, week: 7, day: 1 } as const

interface Props {
  between: Between
  made?: string
  ordered: boolean
  onChange(between: Between): void
}

/** The two moments, by the clock or by a word for the earlier one. */
export function Moments({ between, made, ordered, onChange }: Props) {
  const { t } = useTranslation()
  const { from, to } = between
  const now = new Date()
  const versionOf = (at: string) => (isVersion(at) ? t('audit.between.version', { version: at }) : undefined)
  const ways = [
    ...(made ? [{ name: 'made', at: MADE }] : []),
    ...Object.entries(BACK)
      .map(([name, days]) => ({ name, at: dayAt(new Date(now.getTime() - days * DAY_MS)) }))
      .filter(({ at }) => inOrder({ from: MADE, to: at }, made)),
  ]
  return (
    <div className={s.moments}>
      <MomentField
        label={t('audit.between.from')}
        value={clockOf(instantOf(from, made))}
        placeholder={versionOf(from)}
        maxDate={clockAt(now)}
        clearable={false}
        onChange={(value) => onChange({ from: momentOf(value) ?? MADE, to })}
      />
      <MomentField
        label={t('audit.between.to')}
        value={to ? clockOf(instantOf(to, made)) : null}
        placeholder={(to && versionOf(to)) ?? t('time.now')}
        maxDate={clockAt(now)}
        error={ordered ? undefined : t('audit.between.order')}
        onChange={(value) => onChange({ from, to: momentOf(value) ?? undefined })}
      />
      <fieldset className={s.ways} aria-label={t('audit.between.ways')}>
        {ways.map(({ name, at }) => (
          <button key={name} type="button" aria-pressed={at === from} onClick={() => onChange({ from: at, to })}>
            {t(`audit.between.since.${name}`)}
          </button>
        ))}
      </fieldset>
    </div>
  )
}
