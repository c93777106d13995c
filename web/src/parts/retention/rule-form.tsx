import { useState } from 'react'
import { may, useMe } from '../../app/session'
import type { ObjectDescription } from '../../meta/describe'
import { useShow } from '../../meta/show'
import { useTypes } from '../../meta/use-types'
import { Button } from '../../ui/button'
import { TextField } from '../../ui/field'
import { SelectField } from '../../ui/select'
import { useTranslation } from '../../words'
import { FilterEditor } from '../filters/editor'
import { type Group, groupOf, isComplete, treeFrom } from '../filters/tree'
import { changedOf } from '../settings/foreseen'
import { FormDialog } from '../settings/form-dialog'
import s from '../settings/settings.module.css'
import { useSave } from '../settings/use-save'
import { type Asked, Found } from './found'
import { BASES, PEOPLE, RULES, type Rule } from './model'

const FIELDS = ['name', 'resource', 'basis', 'days', 'notice_days', 'conditions']

interface Content {
  name: string
  resource: string
  basis: Rule['basis']
  days: string
  notice_days: string
  group: Group
}
const beginning = (rule: Rule | undefined, resource: string): Content => ({
  name: rule?.name ?? '',
  resource: rule?.resource ?? resource,
  basis: rule?.basis ?? BASES[0],
  days: String(rule?.days ?? 730),
  notice_days: String(rule?.notice_days ?? 14),
  group: groupOf(rule?.conditions),
})
/** What the preview is about. */
const termsOf = ({ basis, days, notice_days, group }: Content) => ({
  basis,
  days: Number(days),
  notice_days: Number(notice_days),
  conditions: treeFrom(group) ?? null,
})

/** A new rule, or one that is not active; what it would erase is shown before it is saved. */
export function RuleForm({ rule, onClose }: { rule?: Rule; onClose(): void }) {
  const { t } = useTranslation()
  const me = useMe()
  const types = useTypes()
  const { save, busy, errors, problem } = useSave('retention_rule', FIELDS)
  const offered = PEOPLE.filter((name) => types.type(name) && may(me, name, 'erase'))
  const [before] = useState(() => beginning(rule, offered[0] ?? ''))
  const [now, setNow] = useState(before)
  const [asked, setAsked] = useState<Asked>()
  const change = (part: Partial<Content>) => {
    setAsked(undefined) // what is shown is always of what stands there
    setNow({ ...now, ...part })
  }
  const type = types.type(now.resource)
  const terms = termsOf(now)
  const changedTerms = changedOf(termsOf(before), terms)
  const complete = isComplete(now.group)
  const ask = (): Asked =>
    rule && !changedTerms
      ? { path: `${RULES}/${rule.id}/preview` }
      : { path: `${RULES}/preview`, body: { ...terms, resource: now.resource } }
  /** Of a rule only what changed: conditions that are hidden from the person stay. */
  function send(old: Rule) {
    const changed = { ...changedTerms, ...changedOf({ name: before.name }, { name: now.name }) }
    return Object.keys(changed).length === 0 || save('PATCH', `${RULES}/${old.id}`, changed, t('settings.saved'), old.version)
  }
  async function keep() {
    const made = { ...terms, name: now.name, resource: now.resource }
    if (await (rule ? send(rule) : save('POST', RULES, made, t('retention.made')))) onClose()
  }
  return (
    <FormDialog
      title={t(rule ? 'retention.edit' : 'retention.new')}
      problem={problem}
      busy={busy}
      written={now}
      disabled={!now.name.trim() || !now.resource || !complete}
      onSend={() => void keep()}
      onClose={onClose}
    >
      <TextField
        label={t('retention.name')}
        value={now.name}
        error={errors.name}
        onChange={(event) => change({ name: event.currentTarget.value })}
        data-autofocus
      />
      <SelectField
        label={t('retention.type')}
        value={now.resource || null}
        error={errors.resource}
        disabled={Boolean(rule)}
        allowDeselect={false}
        data={offered.map((name) => ({ value: name, label: types.type(name)?.plural ?? name }))}
        onChange={(resource) => change({ resource: resource ?? '', group: groupOf(null) })}
      />
      <div className={s.three}>
        <TextField
          label={t('retention.days')}
          value={now.days}
          error={errors.days}
          inputMode="numeric"
          onChange={(event) => change({ days: event.currentTarget.value })}
        />
        <SelectField
          label={t('retention.basis')}
          value={now.basis}
          error={errors.basis}
          allowDeselect={false}
          data={BASES.map((value) => ({ value, label: t(`retention.since.${value}`) }))}
          onChange={(basis) => change({ basis: (basis ?? BASES[0]) as Rule['basis'] })}
        />
        <TextField
          label={t('retention.notice')}
          value={now.notice_days}
          error={errors.notice_days}
          inputMode="numeric"
          onChange={(event) => change({ notice_days: event.currentTarget.value })}
        />
      </div>
      <p className={s.soft}>{t(`retention.sinceText.${now.basis}`)}</p>
      {type && (
        <Conditions key={now.resource} object={type} group={now.group} error={errors.conditions} onChange={(group) => change({ group })} />
      )}
      {rule && !rule.conditions && Boolean(me.hidden[rule.resource]?.length) && <p className={s.soft}>{t('retention.mayBeHidden')}</p>}
      {asked ? (
        <Found asked={asked} />
      ) : (
        <div>
          <Button small disabled={!complete} onClick={() => setAsked(ask())}>
            {t('retention.preview')}
          </Button>
        </div>
      )}
    </FormDialog>
  )
}

interface ConditionsProps {
  object: ObjectDescription
  group: Group
  error?: string
  onChange(group: Group): void
}

/** As in the filter of a list, without personal fields: their values would outlive the person. */
function Conditions({ object, group, error, onChange }: ConditionsProps) {
  const { t } = useTranslation()
  const show = useShow(object)
  const askable = { ...object, fields: object.fields.filter((field) => !field.personal) }
  return (
    <fieldset className={s.plain}>
      <legend>{t('retention.conditions')}</legend>
      <FilterEditor object={askable} show={show} names={{}} group={group} onChange={onChange} strict />
      {error && (
        <p role="alert" className={s.problem}>
          {error}
        </p>
      )}
    </fieldset>
  )
}
