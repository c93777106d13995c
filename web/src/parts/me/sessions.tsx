import { IconDeviceLaptop, IconDeviceMobile } from '@tabler/icons-react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { call, get } from '../../api/client'
import { isProblem } from '../../api/problem'
import { Button } from '../../ui/button'
import { ago } from '../../ui/format'
import { Card } from '../../ui/page'
import { toast } from '../../ui/toast'
import { useTranslation } from '../../words'
import { Waiting } from '../offline/waiting'
import { wordsOf } from '../offline/words-of'
import { deviceName } from './device'
import s from './me.module.css'

interface Session {
  id: string
  device: string
  ip: string
  updated_at: string
  /** How its sign-in was proved. */
  method?: string
  current: boolean
}
export const SESSIONS = ['sessions']

export function Sessions() {
  const { t, i18n } = useTranslation()
  const client = useQueryClient()
  const asked = useQuery({
    queryKey: SESSIONS,
    queryFn: ({ signal }) => get<{ items: Session[] }>('/identity/sessions', undefined, signal),
  })
  const items = [...(asked.data?.items ?? [])].sort(
    (a, b) => Number(b.current) - Number(a.current) || b.updated_at.localeCompare(a.updated_at),
  )
  const others = items.filter((one) => !one.current)
  const how = (method = '') => (i18n.exists(`factor.methods.${method}`) ? [t(`factor.methods.${method}`)] : [])
  async function end(ids: string[]) {
    try {
      await Promise.all(ids.map((id) => call('DELETE', `/identity/sessions/${id}`)))
      toast({ kind: 'good', text: t('me.ended') })
    } catch (error) {
      if (!isProblem(error)) throw error
      toast({ kind: 'bad', text: wordsOf(error) })
    }
    await client.invalidateQueries({ queryKey: SESSIONS })
  }
  return (
    <Card title={t('me.sessions')} hint={t('me.sessionsHint')}>
      <Waiting on={asked} rows={2} />
      <ul className={s.sessions}>
        {items.map((one) => {
          const Icon = /iPhone|Android|Mobile/.test(one.device) ? IconDeviceMobile : IconDeviceLaptop
          return (
            <li key={one.id}>
              <Icon size={22} stroke={1.5} aria-hidden />
              <span>
                <b>{deviceName(one.device) || t('me.unknown')}</b>
                <small>
                  {[one.current ? t('me.thisDevice') : t('me.lastUsed', { when: ago(one.updated_at) }), one.ip, ...how(one.method)].join(
                    ' · ',
                  )}
                </small>
              </span>
              {!one.current && (
                <Button small onClick={() => void end([one.id])}>
                  {t('me.end')}
                </Button>
              )}
            </li>
          )
        })}
      </ul>
      {others.length > 1 && (
        <div>
          <Button onClick={() => void end(others.map((one) => one.id))}>{t('me.endOthers')}</Button>
        </div>
      )}
    </Card>
  )
}
