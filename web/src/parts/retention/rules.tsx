import { may, useMe } from '../../app/session'
import { useTypes } from '../../meta/use-types'
import type { MenuItem } from '../../ui/menu'
import { useTranslation } from '../../words'
import { useInLog } from '../audit/in-log'
import { RowMenu } from '../settings/row-menu'
import s from '../settings/settings.module.css'
import { useSave } from '../settings/use-save'
import { RULES, type Rule } from './model'

interface Props {
  rules: Rule[]
  onEdit(rule: Rule): void
  onActivate(rule: Rule): void
}

export function Rules({ rules, onEdit, onActivate }: Props) {
  const { t } = useTranslation()
  const me = useMe()
  const types = useTypes()
  const statuses = types.type('retention_rule')?.field('status')?.option_labels ?? {}
  const { save, problem } = useSave('retention_rule')
  const inLog = useInLog()
  const manages = may(me, 'retention_rule', 'manage')
  function itemsOf(rule: Rule): MenuItem[] {
    const at = `${RULES}/${rule.id}`
    const items: (MenuItem | false)[] = [
      rule.status === 'inactive' &&
        may(me, 'retention_rule', 'edit') && { id: 'edit', label: t('retention.edit'), run: () => onEdit(rule) },
      rule.status !== 'active' && manages && { id: 'activate', label: t('retention.activate'), run: () => onActivate(rule) },
      rule.status !== 'inactive' &&
        manages && {
          id: 'deactivate',
          label: t('retention.deactivate'),
          run: () => void save('POST', `${at}/deactivate`, {}, t('retention.deactivated', { name: rule.name })),
        },
      ...inLog({ about: rule.id }),
      rule.status === 'inactive' &&
        may(me, 'retention_rule', 'archive') && {
          id: 'remove',
          label: t('retention.remove'),
          danger: true,
          section: true,
          run: () => void save('POST', `${at}/remove`, {}, t('retention.removed', { name: rule.name })),
        },
    ]
    return items.filter((one) => one !== false)
  }
  return (
    <>
      <p role="alert" className={s.problem}>
        {problem}
      </p>
      <table className={s.table}>
        <thead>
          <tr>
            <th scope="col">{t('retention.name')}</th>
            <th scope="col">{t('retention.notice')}</th>
            <th scope="col">{t('retention.status')}</th>
            <td />
          </tr>
        </thead>
        <tbody>
          {rules.map((rule) => (
            <tr key={rule.id}>
              <td>
                <div className={s.who}>
                  <div>
                    <b>{rule.name}</b>
                    <small>
                      {t(`retention.says.${rule.basis}`, {
                        type: types.type(rule.resource)?.plural ?? rule.resource,
                        count: rule.days,
                      })}
                    </small>
                  </div>
                </div>
              </td>
              <td data-desk>{t('retention.inDays', { count: rule.notice_days })}</td>
              <td>
                <span className={s.chip} data-tone={rule.status === 'active' ? 'good' : rule.status === 'proposed' ? 'past' : undefined}>
                  {statuses[rule.status] ?? rule.status}
                </span>
              </td>
              <td>
                <RowMenu name={rule.name} items={itemsOf(rule)} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  )
}
