import { useTranslation } from '../../words'
import { FormDialog } from '../settings/form-dialog'
import { useSave } from '../settings/use-save'
import { Found, useFound } from './found'
import { RULES, type Rule } from './model'

/** What a rule would announce, before it does so every day. */
export function Activate({ rule, onClose }: { rule: Rule; onClose(): void }) {
  const { t } = useTranslation()
  const { save, busy, problem } = useSave('retention_rule')
  const asked = { path: `${RULES}/${rule.id}/preview` }
  const { isSuccess, isFetching } = useFound(asked)
  async function activate() {
    const told = t('retention.activated', { name: rule.name })
    if (await save('POST', `${RULES}/${rule.id}/activate`, {}, told, rule.version)) onClose()
  }
  return (
    <FormDialog
      title={t('retention.activateTitle', { name: rule.name })}
      problem={problem}
      busy={busy}
      disabled={!isSuccess || isFetching}
      send={t('retention.activate')}
      danger
      onSend={() => void activate()}
      onClose={onClose}
    >
      <p>{t('retention.activateText', { count: rule.notice_days })}</p>
      <Found asked={asked} />
    </FormDialog>
  )
}
