import { useEffect, useState } from 'react'
import { loadMe, needsFactor, useSession } from '../app/session'
import Leave from '../app/shell/leave'
import { overlays, useOverlay } from '../app/shell/overlays'
import { useLeave } from '../app/shell/use-leave'
import { Enrol } from '../parts/factor/enrol'
import { Button } from '../ui/button'
import { useTranslation } from '../words'
import { Gate } from './gate'
import s from './gate.module.css'

/** In place of every page, while the organisation asks for a second factor that the person does not have yet. */
export default function FactorGate({ onDone }: { onDone(): void }) {
  const { t } = useTranslation()
  const session = useSession()
  const leave = useLeave()
  const leaving = useOverlay() === 'leave'
  const [begun, setBegun] = useState(false)
  useElsewhere(begun, onDone)
  if (session.state !== 'in') return null
  const { organisation } = session.me
  const lead = needsFactor(session.me) ? t('factor.gateLead', { organisation: organisation.name }) : undefined
  return (
    <Gate title={t('factor.gateTitle')} lead={lead}>
      <div className={s.steps}>
        <Enrol onBegun={() => setBegun(true)} onDone={onDone} />
      </div>
      <p className={s.others}>
        <Button look="quiet" small onClick={() => void leave()}>
          {t('session.signOut')}
        </Button>
      </p>
      {leaving && <Leave onClose={overlays.close} />}
    </Gate>
  )
}

/** Set up in another tab, or not asked for any more: whoever comes back to the page is led on, unless they have begun here. */
function useElsewhere(begun: boolean, onDone: () => void): void {
  const session = useSession()
  const free = !begun && session.state === 'in' && !needsFactor(session.me)
  useEffect(() => {
    if (free) onDone()
  }, [free, onDone])
  useEffect(() => {
    if (begun) return
    const look = () => {
      if (document.visibilityState === 'visible') void loadMe().catch(() => undefined)
    }
    document.addEventListener('visibilitychange', look)
    return () => document.removeEventListener('visibilitychange', look)
  }, [begun])
}
