import { useNavigate } from '@tanstack/react-router'
import { download } from '../../data/files'
import { useInLog } from '../../parts/audit/in-log'
import { Listing } from '../../parts/settings/listing'
import { RowMenu } from '../../parts/settings/row-menu'
import s from '../../parts/settings/settings.module.css'
import { SettingsPage } from '../../parts/settings/settings-page'
import { useAll, useSave } from '../../parts/settings/use-save'
import { Button } from '../../ui/button'
import { joined, moment, number } from '../../ui/format'
import { useTranslation } from '../../words'

type Status = 'running' | 'paused' | 'completed' | 'failed' | 'reverting' | 'reverted'
interface Import {
  id: string
  name: string
  status: Status
  /** Of all steps: a file that is read twice counts twice. */
  total: number
  files?: { rows?: number }[]
  created?: number
  updated?: number
  rejected?: number
  created_at: string
}
const rowsOf = (one: Import) => one.files?.reduce((sum, file) => sum + (file.rows ?? 0), 0) || one.total
const TONES: Partial<Record<Status, string>> = { running: 'past', reverting: 'past', paused: 'past', completed: 'good', failed: 'bad' }

export default function Imports() {
  const { t } = useTranslation()
  const go = useNavigate()
  const asked = useAll<Import>('import', '/imports', { sort: '-created_at', limit: 50, names: undefined })
  const { data } = asked
  const inLog = useInLog()
  const { save, problem } = useSave('import')
  const counts = (one: Import) =>
    t('settings.imports.counts', {
      total: number(rowsOf(one)),
      created: number(one.created ?? 0),
      rejected: number(one.rejected ?? 0),
    })
  const send = (one: Import, verb: string) => void save('POST', `/imports/${one.id}/${verb}`, {}, t(`settings.imports.${verb}Done`))
  return (
    <SettingsPage
      title={t('settings.pages.imports')}
      lead={t('settings.imports.lead')}
      topic="import"
      wide
      action={
        <Button look="primary" onClick={() => void go({ to: '/import' })}>
          {t('settings.imports.new')}
        </Button>
      }
    >
      <Listing
        on={asked}
        items={data?.items}
        problem={problem}
        bones={5}
        none={[t('settings.imports.none'), t('settings.imports.noneText')]}
        heads={[t('settings.imports.name'), t('settings.imports.at'), t('settings.imports.rows'), t('settings.users.status')]}
        cells={(one) => (
          <>
            <td>
              {one.name}
              <div data-phone className={s.soft}>
                {joined([t(`settings.imports.${one.status}`), moment(one.created_at)])}
              </div>
              <div data-phone className={s.soft}>
                {counts(one)}
              </div>
            </td>
            <td data-desk>{moment(one.created_at)}</td>
            <td data-desk className="num">
              {counts(one)}
            </td>
            <td data-desk>
              <span className={s.chip} data-tone={TONES[one.status]}>
                {t(`settings.imports.${one.status}`)}
              </span>
            </td>
            <td>
              <RowMenu
                name={one.name}
                items={[
                  {
                    id: 'rejected',
                    label: t('settings.imports.rejectedRows'),
                    disabled: !one.rejected,
                    run: () => void download(`/imports/${one.id}/rejected.csv`, `rejected-${one.id}.csv`),
                  },
                  {
                    id: 'pause',
                    label: t('settings.imports.pause'),
                    disabled: one.status !== 'running',
                    run: () => send(one, 'pause'),
                  },
                  {
                    id: 'resume',
                    label: t('settings.imports.resume'),
                    disabled: one.status !== 'paused',
                    run: () => send(one, 'resume'),
                  },
                  ...inLog({ correlation: one.id }),
                  {
                    id: 'revert',
                    label: t('settings.imports.revert'),
                    danger: true,
                    section: true,
                    disabled: !['completed', 'paused', 'failed'].includes(one.status),
                    run: () => send(one, 'revert'),
                  },
                ]}
              />
            </td>
          </>
        )}
      />
    </SettingsPage>
  )
}
