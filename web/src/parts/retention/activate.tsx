import { Button } from '../../ui/button'
import { Dialog } from '../../ui/dialog'
import { useTranslation } from '../../words'
import s from '../settings/settings.module.css'
import { useSave } from '../settings/use-save'
import { Found } from './found'
import { RULES, type Rule } from './model'

/** What a rule would announce, before it does so every day. */
export function Activate({ rule, onClose }: { rule: Rule; onClose(): void }) {
  const { t } = useTranslation()
  const { save, busy, problem } = useSave('retention_rule')
  async function activate() {
    if (await save('POST', `${RULES}/${rule.id}/activate`, {}, t('retention.activated', { name: rule.name }))) onClose()
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('retention.activateTitle', { name: rule.name })}
      actions={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button look="danger" busy={busy} onClick={() => void activate()}>
            {t('retention.activate')}
          </Button>
        </>
      }
    >
      <div className={s.form}>
        <p>{t('retention.activateText', { count: rule.notice_days })}</p>
        <Found path={`${RULES}/${rule.id}/preview`} />
        <p role="alert" className={s.problem}>
          {problem}
        </p>
      </div>
    </Dialog>
  )
}
