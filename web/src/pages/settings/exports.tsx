import { useState } from 'react'
import { may, useMe } from '../../app/session'
import { download } from '../../data/files'
import { useTypes } from '../../meta/use-types'
import s from '../../parts/settings/settings.module.css'
import { SettingsPage } from '../../parts/settings/settings-page'
import { Button } from '../../ui/button'
import { useTranslation } from '../../words'

/** Whole record types as files; a part of one is exported from its list. */
export default function Exports() {
  const { t } = useTranslation()
  const me = useMe()
  const [busy, setBusy] = useState('')
  const types = useTypes().all.filter((type) => may(me, type.name, 'export'))
  async function fetchIt(path: string, name: string, format: string) {
    setBusy(`${name}.${format}`)
    await download(`${path}/export`, `${name}.${format}`, { format }).finally(() => setBusy(''))
  }
  return (
    <SettingsPage title={t('settings.pages.exports')} lead={t('settings.exportsLead')} topic="lists">
      <table className={s.table}>
        <tbody>
          {types.map((type) => (
            <tr key={type.name}>
              <td>{type.plural}</td>
              <td>
                {['csv', 'xlsx'].map((format) => (
                  <Button
                    key={format}
                    small
                    look="quiet"
                    busy={busy === `${type.name}.${format}`}
                    aria-label={`${type.plural} ${format.toUpperCase()}`}
                    onClick={() => void fetchIt(type.path, type.name, format)}
                  >
                    {format.toUpperCase()}
                  </Button>
                ))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </SettingsPage>
  )
}
