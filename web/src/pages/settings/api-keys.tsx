import { lazy, Suspense, useState } from 'react'
import { Listing } from '../../parts/settings/listing'
import { RowMenu } from '../../parts/settings/row-menu'
import { SettingsPage } from '../../parts/settings/settings-page'
import { type Saved, useAll, useSave } from '../../parts/settings/use-save'
import { Button } from '../../ui/button'
import { ago, moment } from '../../ui/format'
import { useTranslation } from '../../words'

const KeyShown = lazy(async () => ({ default: (await import('../../parts/settings/key-shown')).KeyShown }))
const KeyForm = lazy(async () => ({ default: (await import('../../parts/settings/key-form')).KeyForm }))

interface Key {
  id: string
  name: string
  expires_at: string
  used_at: string | null
  revoked: boolean
}
const AT = '/identity/api-keys'

export default function ApiKeys() {
  const { t } = useTranslation()
  const [making, setMaking] = useState(false)
  const [shown, setShown] = useState('')
  const asked = useAll<Key>('api_key', AT, { limit: undefined, names: undefined, min_version: undefined })
  const { save, problem } = useSave('api_key')
  const keys = asked.data?.items.filter((key) => !key.revoked)
  async function rotate(key: Key) {
    const done = await save<Saved & { key: string }>('POST', `${AT}/${key.id}/rotate`, {}, false)
    if (done) setShown(done.key)
  }
  return (
    <SettingsPage
      title={t('settings.pages.api-keys')}
      lead={t('settings.keys.lead')}
      topic="keys"
      wide
      action={
        <Button look="primary" onClick={() => setMaking(true)}>
          {t('settings.keys.new')}
        </Button>
      }
    >
      <Listing
        on={asked}
        items={keys}
        problem={problem}
        bones={4}
        none={[t('settings.keys.none'), t('settings.keys.noneText')]}
        heads={[t('settings.keys.name'), t('settings.keys.used'), t('settings.keys.expires')]}
        cells={(key) => (
          <>
            <td>{key.name}</td>
            <td data-desk>{key.used_at ? ago(key.used_at) : t('settings.keys.never')}</td>
            <td data-desk>{moment(key.expires_at)}</td>
            <td>
              <RowMenu
                name={key.name}
                items={[
                  { id: 'rotate', label: t('settings.keys.rotate'), run: () => void rotate(key) },
                  {
                    id: 'revoke',
                    label: t('settings.keys.revoke'),
                    danger: true,
                    section: true,
                    run: () => void save('DELETE', `${AT}/${key.id}`, undefined, t('settings.keys.revoked', { name: key.name })),
                  },
                ]}
              />
            </td>
          </>
        )}
      />
      <Suspense>
        {making && (
          <KeyForm
            onClose={() => setMaking(false)}
            onMade={(key) => {
              setMaking(false)
              setShown(key)
            }}
          />
        )}
        {shown && <KeyShown secret={shown} onClose={() => setShown('')} />}
      </Suspense>
    </SettingsPage>
  )
}
