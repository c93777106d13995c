import { TextField } from '../../ui/field'
import { dayAt } from '../../ui/format'
import { SelectField } from '../../ui/select'
import { useTranslation } from '../../words'
import { FormDialog } from './form-dialog'
import { Meanwhile } from './meanwhile'
import s from './settings.module.css'
import { useCodes } from './use-codes'
import { useDraft } from './use-draft'
import { useSave } from './use-save'

export interface Rate {
  id: string
  version: number
  currency: string
  into: string
  day: string
  rate: string
}

/** A new rate, or the figure of one that was wrong: its currency and day stay. */
export function RateForm({ rate, into, onClose }: { rate?: Rate; into: string; onClose(): void }) {
  const { t } = useTranslation()
  const { save, busy, errors, problem } = useSave('exchange_rate', ['currency', 'day', 'rate'])
  const { currencies } = useCodes()
  const live = { currency: rate?.currency ?? '', day: rate?.day ?? dayAt(new Date()), rate: rate?.rate ?? '' }
  const { before, version, now, setNow, meanwhile } = useDraft(live, rate?.version)
  async function keep() {
    const at = '/identity/exchange-rates'
    const done = rate
      ? await save('PATCH', `${at}/${rate.id}`, { rate: now.rate }, t('settings.saved'), version)
      : await save('POST', at, now, t('settings.saved'))
    if (done) onClose()
  }
  return (
    <FormDialog
      title={t(rate ? 'settings.rates.correct' : 'settings.rates.new')}
      problem={problem}
      busy={busy}
      written={now}
      before={before}
      disabled={!now.currency || !now.rate}
      onSend={() => void keep()}
      onClose={onClose}
    >
      <SelectField
        label={t('settings.rates.currency')}
        value={now.currency || null}
        error={errors.currency}
        disabled={Boolean(rate)}
        data={currencies.filter((one) => one.value !== into)}
        onChange={(currency) => setNow({ ...now, currency: currency ?? '' })}
      />
      <div className={s.two}>
        <TextField
          label={t('settings.rates.one', { currency: now.currency || '…', into })}
          value={now.rate}
          error={errors.rate}
          inputMode="decimal"
          onChange={(event) => setNow({ ...now, rate: event.currentTarget.value })}
        />
        <TextField
          type="date"
          label={t('settings.rates.from')}
          value={now.day}
          error={errors.day}
          disabled={Boolean(rate)}
          onChange={(event) => setNow({ ...now, day: event.currentTarget.value })}
        />
      </div>
      <Meanwhile moved={meanwhile} label={() => t('settings.rates.rate')} />
    </FormDialog>
  )
}
