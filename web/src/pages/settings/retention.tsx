import { lazy, Suspense, useState } from 'react'
import { may, useMe } from '../../app/session'
import { Waiting } from '../../parts/offline/waiting'
import { RULES, type Rule } from '../../parts/retention/model'
import { Rules } from '../../parts/retention/rules'
import { Runs } from '../../parts/retention/runs'
import { SettingsPage } from '../../parts/settings/settings-page'
import { useAll } from '../../parts/settings/use-save'
import { Button } from '../../ui/button'
import { Empty } from '../../ui/empty'
import { useTranslation } from '../../words'

const RuleForm = lazy(async () => ({ default: (await import('../../parts/retention/rule-form')).RuleForm }))
const Activate = lazy(async () => ({ default: (await import('../../parts/retention/activate')).Activate }))

/** Which people's records go when nobody needs them, and what is announced to go. */
export default function Retention() {
  const { t } = useTranslation()
  const me = useMe()
  const [editing, setEditing] = useState<Rule | null>()
  const [activating, setActivating] = useState<Rule>()
  const asked = useAll<Rule>('retention_rule', RULES, { sort: 'name', archived: false })
  const { data } = asked
  const create = may(me, 'retention_rule', 'create') && (
    <Button look="primary" onClick={() => setEditing(null)}>
      {t('retention.new')}
    </Button>
  )
  return (
    <SettingsPage
      title={t('settings.pages.retention')}
      lead={t('retention.lead')}
      topic="retention"
      wide
      action={Boolean(data?.items.length) && create}
    >
      <Waiting on={asked} rows={4} />
      {data?.items.length === 0 && <Empty title={t('retention.none')} text={t('retention.noneText')} action={create} ghost />}
      {data && data.items.length > 0 && <Rules rules={data.items} onEdit={setEditing} onActivate={setActivating} />}
      {data && may(me, 'retention_run', 'read') && <Runs />}
      <Suspense>
        {editing !== undefined && <RuleForm rule={editing ?? undefined} onClose={() => setEditing(undefined)} />}
        {activating && <Activate rule={activating} onClose={() => setActivating(undefined)} />}
      </Suspense>
    </SettingsPage>
  )
}
