import { lazy, Suspense, useState } from 'react'
import { useMe } from '../../app/session'
import { Listing } from '../../parts/settings/listing'
import type { Rate } from '../../parts/settings/rate-form'
import { RowMenu } from '../../parts/settings/row-menu'
import { SettingsPage } from '../../parts/settings/settings-page'
import { useAll, useSave } from '../../parts/settings/use-save'
import { Button } from '../../ui/button'
import { day, number } from '../../ui/format'
import { useTranslation } from '../../words'

const RateForm = lazy(async () => ({ default: (await import('../../parts/settings/rate-form')).RateForm }))

const AT = '/identity/exchange-rates'

export default function Rates() {
  const { t } = useTranslation()
  const { currency } = useMe().organisation
  const [editing, setEditing] = useState<string | null>()
  const asked = useAll<Rate>('exchange_rate', AT, { sort: '-day' })
  const { data } = asked
  const edited = data?.items.find((rate) => rate.id === editing) // others may save meanwhile
  const { save, problem } = useSave('exchange_rate')
  return (
    <SettingsPage
      title={t('settings.pages.rates')}
      lead={t('settings.rates.lead', { currency })}
      topic="money"
      action={
        <Button look="primary" onClick={() => setEditing(null)}>
          {t('settings.rates.new')}
        </Button>
      }
    >
      <Listing
        on={asked}
        items={data?.items}
        problem={problem}
        bones={5}
        none={[t('settings.rates.none'), t('settings.rates.noneText')]}
        heads={[t('settings.rates.rate'), t('settings.rates.day')]}
        cells={(rate) => (
          <>
            <td className="num">
              1 {rate.currency} = {number(rate.rate, 12)} {rate.into}
            </td>
            <td data-desk className="num">
              {day(rate.day)}
            </td>
            <td>
              <RowMenu
                name={`${rate.currency} ${rate.day}`}
                items={[
                  { id: 'correct', label: t('settings.rates.correct'), run: () => setEditing(rate.id) },
                  {
                    id: 'archive',
                    label: t('settings.archive'),
                    danger: true,
                    section: true,
                    run: () => void save('POST', `${AT}/${rate.id}/archive`, {}, t('settings.archived', { name: rate.currency })),
                  },
                ]}
              />
            </td>
          </>
        )}
      />
      <Suspense>
        {(editing === null || edited) && <RateForm rate={edited} into={currency} onClose={() => setEditing(undefined)} />}
      </Suspense>
    </SettingsPage>
  )
}
