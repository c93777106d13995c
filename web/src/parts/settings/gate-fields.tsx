import { IconPlus, IconX } from '@tabler/icons-react'
import { useObject } from '../../meta/use-types'
import { Button } from '../../ui/button'
import { TextField } from '../../ui/field'
import { IconButton } from '../../ui/icon-button'
import { MultiSelectField } from '../../ui/select'
import { useTranslation } from '../../words'
import { useRoles } from './people'
import { roleName } from './role-name'
import s from './settings.module.css'
import { freeKey, GATE_FIELDS, type Gate, type Point } from './stages'

/** What stands before a stage: fields to fill in, points to tick, whose hand. */
export function GateFields({ gate, onChange }: { gate: Gate; onChange(gate: Gate): void }) {
  const { t } = useTranslation()
  const deal = useObject('opportunity')
  const roles = useRoles().data?.items ?? []
  const custom = (deal?.fields ?? []).filter((field) => field.name.startsWith('custom.')).map((field) => field.name)
  const names = [...GATE_FIELDS, ...custom]
  const setPoint = (n: number, change: Partial<Point>) =>
    onChange({ ...gate, checklist: gate.checklist.map((point, m) => (m === n ? { ...point, ...change } : point)) })
  const add = () => {
    const key = freeKey(
      '',
      gate.checklist.map((point) => point.key),
    ).replace('stage', 'point')
    onChange({ ...gate, checklist: [...gate.checklist, { key, zh: '', en: '' }] })
  }
  return (
    <fieldset className={s.options}>
      <legend>{t('settings.pipelines.gate')}</legend>
      <p className={s.soft}>{t('settings.pipelines.gateHint')}</p>
      <div className={s.wide}>
        <MultiSelectField
          label={t('settings.pipelines.gateFields')}
          value={gate.fields}
          data={names.map((name) => ({ value: name, label: deal?.field(name)?.label ?? name }))}
          onChange={(fields) => onChange({ ...gate, fields })}
        />
        <MultiSelectField
          label={t('settings.pipelines.gateRoles')}
          value={gate.roles}
          data={roles.map((role) => ({ value: role.id, label: roleName(role) }))}
          onChange={(next) => onChange({ ...gate, roles: next })}
        />
      </div>
      {gate.checklist.map((point, n) => (
        <div key={point.key} className={s.point}>
          <TextField
            aria-label={`${t('settings.pipelines.point', { n: n + 1 })} ${t('settings.zh')}`}
            placeholder={t('settings.zh')}
            value={point.zh}
            onChange={(event) => setPoint(n, { zh: event.currentTarget.value })}
          />
          <TextField
            aria-label={`${t('settings.pipelines.point', { n: n + 1 })} ${t('settings.en')}`}
            placeholder={t('settings.en')}
            value={point.en}
            onChange={(event) => setPoint(n, { en: event.currentTarget.value })}
          />
          <IconButton
            label={`${t('common.remove')} ${n + 1}`}
            onClick={() => onChange({ ...gate, checklist: gate.checklist.filter((_, m) => m !== n) })}
          >
            <IconX size={16} stroke={1.6} />
          </IconButton>
        </div>
      ))}
      <Button small icon={<IconPlus size={16} />} onClick={add}>
        {t('settings.pipelines.addPoint')}
      </Button>
    </fieldset>
  )
}
