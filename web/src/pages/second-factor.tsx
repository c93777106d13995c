import { needsFactor, useSession } from '../app/session'
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
  if (session.state !== 'in') return null
  const { organisation } = session.me
  const lead = needsFactor(session.me) ? t('factor.gateLead', { organisation: organisation.name }) : undefined
  return (
    <Gate title={t('factor.gateTitle')} lead={lead}>
      <div className={s.steps}>
        <Enrol onDone={onDone} />
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
