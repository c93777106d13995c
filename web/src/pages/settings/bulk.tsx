import { download } from '../../data/files'
import { useInLog } from '../../parts/audit/in-log'
import { type Act, Counts, type Status, useActs, useTitle } from '../../parts/bulk/listed'
import { Listing } from '../../parts/settings/listing'
import { RowMenu } from '../../parts/settings/row-menu'
import s from '../../parts/settings/settings.module.css'
import { SettingsPage } from '../../parts/settings/settings-page'
import { useSave } from '../../parts/settings/use-save'
import { joined, moment } from '../../ui/format'
import type { MenuItem } from '../../ui/menu'
import { useTranslation } from '../../words'

const TONES: Partial<Record<Status, string>> = { running: 'past', reverting: 'past', paused: 'past', completed: 'good', failed: 'bad' }
const REVERTIBLE: Status[] = ['completed', 'paused', 'failed', 'cancelled']

/** Every act on many records at once: who, what, when, what came of it, and the way back. */
export default function Bulk() {
  const { t } = useTranslation()
  const asked = useActs()
  const { data } = asked
  const titleOf = useTitle()
  const inLog = useInLog()
  const { save, problem } = useSave('bulk')
  const send = (one: Act, verb: string) => void save('POST', `/bulk/${one.id}/${verb}`, {}, t(`bulk.${verb}Done`))
  const itemsOf = (one: Act): MenuItem[] => [
    {
      id: 'failures',
      label: t('list.failuresFile'),
      disabled: !one.failed,
      run: () => void download(`/bulk/${one.id}/failures.csv`, `failures-${one.id}.csv`),
    },
    {
      id: 'left',
      label: t('bulk.leftFile'),
      disabled: !one.reverted?.left,
      run: () => void download(`/bulk/${one.id}/left.csv`, `left-${one.id}.csv`),
    },
    { id: 'pause', label: t('settings.imports.pause'), disabled: one.status !== 'running', run: () => send(one, 'pause') },
    {
      id: 'resume',
      label: t('settings.imports.resume'),
      disabled: one.status !== 'paused' && one.status !== 'failed',
      run: () => send(one, 'resume'),
    },
    ...inLog({ correlation: one.id }),
    {
      id: 'revert',
      label: t('bulk.revert'),
      danger: true,
      section: true,
      disabled: !REVERTIBLE.includes(one.status),
      run: () => send(one, 'revert'),
    },
  ]
  return (
    <SettingsPage title={t('settings.pages.bulk')} lead={t('bulk.lead')} topic="lists" wide>
      <Listing
        on={asked}
        items={data?.items}
        problem={problem}
        bones={5}
        none={[t('bulk.none'), t('bulk.noneText')]}
        heads={[t('bulk.what'), t('bulk.who'), t('settings.imports.at'), t('bulk.records'), t('settings.users.status')]}
        cells={(one) => (
          <>
            <td>
              {titleOf(one)}
              {(one.reason || one.why) && <div className={s.soft}>{one.reason || one.why}</div>}
              <div data-phone className={s.soft}>
                {joined([t(`bulk.status.${one.status}`), data?.names[one.owner ?? ''] ?? t('timeline.system'), moment(one.created_at)])}
              </div>
              <div data-phone className={s.soft}>
                <Counts act={one} />
              </div>
            </td>
            <td data-desk>{data?.names[one.owner ?? ''] ?? t('timeline.system')}</td>
            <td data-desk>{moment(one.created_at)}</td>
            <td data-desk className="num">
              <Counts act={one} />
            </td>
            <td data-desk>
              <span className={s.chip} data-tone={TONES[one.status]}>
                {t(`bulk.status.${one.status}`)}
              </span>
            </td>
            <td>
              <RowMenu name={titleOf(one)} items={itemsOf(one)} />
            </td>
          </>
        )}
      />
    </SettingsPage>
  )
}
