import { useState } from 'react'
import { Dialog } from '../../ui/dialog'
import { toast } from '../../ui/toast'
import { useTranslation } from '../../words'
import { Enrol } from './enrol'

export default function EnrolDialog({ onClose }: { onClose(): void }) {
  const { t } = useTranslation()
  const [on, setOn] = useState(false)
  const done = () => {
    toast({ kind: 'good', text: t('factor.isOn') })
    onClose()
  }
  return (
    <Dialog open firm once={on} size={on ? 560 : 480} onClose={onClose} title={t(on ? 'factor.codesTitle' : 'factor.setUpTitle')}>
      <Enrol onCodes={() => setOn(true)} onDone={done} />
    </Dialog>
  )
}
