import { lazy, Suspense, useState } from 'react'
import { Waiting } from '../../parts/offline/waiting'
import { RowMenu } from '../../parts/settings/row-menu'
import s from '../../parts/settings/settings.module.css'
import { SettingsPage } from '../../parts/settings/settings-page'
import { type Saved, useAll, useSave } from '../../parts/settings/use-save'
import { Button } from '../../ui/button'
import { Empty } from '../../ui/empty'
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
      <p role="alert" className={s.problem}>
        {problem}
      </p>
      <Waiting on={asked} rows={4} />
      {keys?.length === 0 && <Empty title={t('settings.keys.none')} text={t('settings.keys.noneText')} ghost />}
      {keys && keys.length > 0 && (
        <table className={s.table}>
          <thead>
            <tr>
              <th scope="col">{t('settings.keys.name')}</th>
              <th scope="col">{t('settings.keys.used')}</th>
              <th scope="col">{t('settings.keys.expires')}</th>
              <td />
            </tr>
          </thead>
          <tbody>
            {keys.map((key) => (
              <tr key={key.id}>
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
              </tr>
            ))}
          </tbody>
        </table>
      )}
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
