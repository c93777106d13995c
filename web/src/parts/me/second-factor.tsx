import { IconShieldCheck } from '@tabler/icons-react'
import { useQueryClient } from '@tanstack/react-query'
import { lazy, Suspense, useState } from 'react'
import { Button } from '../../ui/button'
import { day, dayAt } from '../../ui/format'
import { Card } from '../../ui/page'
import { useTranslation } from '../../words'
import s from '../factor/factor.module.css'
import { KEY, type OwnFactor, useOwnFactor } from '../factor/own-factor'
import { Waiting } from '../offline/waiting'
import { SESSIONS } from './sessions'

const EnrolDialog = lazy(() => import('../factor/enrol-dialog'))
const CodesDialog = lazy(() => import('../factor/codes-dialog'))
const OffDialog = lazy(() => import('../factor/off-dialog'))

const FEW = 3

/** Whether a sign-in asks for more than the password, and what the person can do about it. */
export function SecondFactor() {
  const { t } = useTranslation()
  const client = useQueryClient()
  const asked = useOwnFactor()
  const [act, setAct] = useState<'on' | 'codes' | 'off'>()
  const own = asked.data
  function close() {
    setAct(undefined)
    void client.invalidateQueries({ queryKey: KEY })
    void client.invalidateQueries({ queryKey: SESSIONS })
  }
  return (
    <Card title={t('factor.title')} hint={t('factor.hint')}>
      <Waiting on={asked} rows={2} />
      {own && !own.enabled && (
        <div>
          <Button onClick={() => setAct('on')}>{t('factor.setUp')}</Button>
        </div>
      )}
      {own?.enabled && (
        <>
          <State own={own} />
          <div className={s.ways}>
            <Button onClick={() => setAct('codes')}>{t('factor.newCodes')}</Button>
            {!own.required && <Button onClick={() => setAct('off')}>{t('factor.turnOff')}</Button>}
          </div>
        </>
      )}
      <Suspense>
        {act === 'on' && <EnrolDialog onClose={close} />}
        {act === 'codes' && <CodesDialog onClose={close} />}
        {act === 'off' && <OffDialog onClose={close} />}
      </Suspense>
    </Card>
  )
}

function State({ own }: { own: OwnFactor }) {
  const { t } = useTranslation()
  const left = own.recovery_codes_left
  return (
    <>
      <p className={s.state}>
        <IconShieldCheck size={20} stroke={1.6} aria-hidden />
        <b>{own.since ? t('factor.onSince', { day: day(dayAt(new Date(own.since))) }) : t('factor.on')}</b>
        <span className={left <= FEW ? s.few : undefined}>
          {t('factor.left', { count: left })}
          {left <= FEW && ` ${t('factor.few')}`}
        </span>
      </p>
      {own.required && <p>{t('factor.asked')}</p>}
    </>
  )
}
