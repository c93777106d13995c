import { useTypes } from '../../meta/use-types'
import { TextArea, TextField, Toggle } from '../../ui/field'
import { joined } from '../../ui/format'
import { SelectField } from '../../ui/select'
import { t, useTranslation } from '../../words'
import { bodyOf, type FieldDefinition, type FieldKind, hasOptions, KINDS, slugOf } from './field-definition'
import { FieldOptions } from './field-options'
import { FormDialog } from './form-dialog'
import { Meanwhile } from './meanwhile'
import s from './settings.module.css'
import { useDraft } from './use-draft'
import { useSave } from './use-save'

const NEW = { id: '', name: '', kind: 'text', zh: '', en: '', titles: {}, options: [], option_titles: {}, ref: '', formula: '' } as const
const CONTENT = [
  'resource',
  'name',
  'kind',
  'zh',
  'en',
  'titles',
  'options',
  'option_titles',
  'ref',
  'formula',
  'required',
  'sensitive',
  'archived',
] as const
const ASKED = CONTENT.filter((name) => name !== 'resource' && name !== 'archived')

const LABELS: Record<string, string> = {
  zh: 'settings.zh',
  en: 'settings.en',
  titles: 'settings.zhTw',
  option_titles: 'settings.fields.options',
}
const contentOf = ({ version: _, ...field }: FieldDefinition): FieldDefinition =>
  ({ id: field.id, ...Object.fromEntries(CONTENT.map((name) => [name, field[name]])) }) as unknown as FieldDefinition
const textOf = (_: string, value: unknown): string => {
  if (typeof value === 'boolean') return t(value ? 'common.yes' : 'common.no')
  if (Array.isArray(value)) return joined(value.map(String))
  return typeof value === 'object' && value !== null
    ? joined(Object.values(value).map((one) => (typeof one === 'string' ? one : joined(Object.values(one as object)))))
    : String(value ?? '')
}

export function FieldForm({ field, resource, onClose }: { field?: FieldDefinition; resource: string; onClose(): void }) {
  const { t } = useTranslation()
  const types = useTypes()
  const { save, busy, errors, problem } = useSave('field_definition', ASKED)
  const live: FieldDefinition = field
    ? contentOf(field)
    : { ...NEW, options: [], resource, required: false, sensitive: false, archived: false }
  const { before, version, now, setNow, meanwhile } = useDraft(live, field?.version)
  const set = (change: Partial<FieldDefinition>) => setNow({ ...now, ...change })
  async function keep() {
    const at = '/customer/field-definitions'
    const [method, path] = field ? (['PATCH', `${at}/${field.id}`] as const) : (['POST', at] as const)
    if (await save(method, path, bodyOf(now, field), t('settings.saved'), version)) onClose()
  }
  return (
    <FormDialog
      title={t(field ? 'settings.fields.edit' : 'settings.fields.new')}
      problem={problem}
      busy={busy}
      written={now}
      before={before}
      disabled={!(now.zh || now.en) || !(now.name || slugOf(now.en))}
      onSend={() => void keep()}
      onClose={onClose}
    >
      <div className={s.three}>
        <TextField
          label={t('settings.zh')}
          value={now.zh}
          error={errors.zh}
          onChange={(event) => set({ zh: event.currentTarget.value })}
          data-autofocus
        />
        <TextField
          label={t('settings.zhTw')}
          value={now.titles['zh-TW'] ?? ''}
          error={errors.titles}
          onChange={(event) => set({ titles: { ...now.titles, 'zh-TW': event.currentTarget.value } })}
        />
        <TextField label={t('settings.en')} value={now.en} error={errors.en} onChange={(event) => set({ en: event.currentTarget.value })} />
      </div>
      <div className={s.two}>
        <SelectField
          label={t('settings.fields.kind')}
          value={now.kind}
          error={errors.kind}
          disabled={Boolean(field)}
          allowDeselect={false}
          data={KINDS.map((kind) => ({ value: kind, label: t(`settings.kinds.${kind}`) }))}
          onChange={(kind) => set({ kind: kind as FieldKind })}
        />
        <TextField
          label={t('settings.fields.name')}
          value={now.name || (field ? '' : slugOf(now.en))}
          error={errors.name}
          disabled={Boolean(field)}
          onChange={(event) => set({ name: event.currentTarget.value })}
        />
      </div>
      {hasOptions(now.kind) && <FieldOptions field={now} error={errors.options ?? errors.option_titles} onChange={set} />}
      {now.kind === 'reference' && (
        <SelectField
          label={t('settings.fields.ref')}
          value={now.ref || null}
          error={errors.ref}
          disabled={Boolean(field)}
          data={types.all.map((type) => ({ value: type.name, label: type.label }))}
          onChange={(ref) => set({ ref: ref ?? '' })}
        />
      )}
      {now.kind === 'formula' && (
        <TextArea
          label={t('settings.fields.formula')}
          description={t('settings.fields.formulaHint')}
          value={now.formula}
          error={errors.formula}
          onChange={(event) => set({ formula: event.currentTarget.value })}
        />
      )}
      {now.kind !== 'formula' && (
        <Toggle label={t('settings.fields.required')} checked={now.required} onChange={(required) => set({ required })} />
      )}
      <Toggle label={t('settings.fields.sensitive')} checked={now.sensitive} onChange={(sensitive) => set({ sensitive })} />
      <Meanwhile moved={meanwhile} label={(name) => t(LABELS[name] ?? `settings.fields.${name}`)} text={textOf} />
    </FormDialog>
  )
}
