import { useState } from 'react'
import { useTypes } from '../../meta/use-types'
import { TextArea, TextField, Toggle } from '../../ui/field'
import { SelectField } from '../../ui/select'
import { useTranslation } from '../../words'
import { bodyOf, type FieldDefinition, type FieldKind, hasOptions, KINDS, slugOf } from './field-definition'
import { FieldOptions } from './field-options'
import { FormDialog } from './form-dialog'
import s from './settings.module.css'
import { useSave } from './use-save'

const NEW = { id: '', name: '', kind: 'text', zh: '', en: '', titles: {}, options: [], option_titles: {}, ref: '', formula: '' } as const
const ASKED = ['name', 'kind', 'zh', 'en', 'titles', 'options', 'option_titles', 'ref', 'formula', 'required', 'sensitive']

export function FieldForm({ field, resource, onClose }: { field?: FieldDefinition; resource: string; onClose(): void }) {
  const { t } = useTranslation()
  const types = useTypes()
  const { save, busy, errors, problem } = useSave('field_definition', ASKED)
  const [now, setNow] = useState<FieldDefinition>(
    field ?? { ...NEW, options: [], resource, required: false, sensitive: false, archived: false },
  )
  const set = (change: Partial<FieldDefinition>) => setNow({ ...now, ...change })
  async function keep() {
    const at = '/customer/field-definitions'
    const [method, path] = field ? (['PATCH', `${at}/${field.id}`] as const) : (['POST', at] as const)
    if (await save(method, path, bodyOf(now, field), t('settings.saved'))) onClose()
  }
  return (
    <FormDialog
      title={t(field ? 'settings.fields.edit' : 'settings.fields.new')}
      problem={problem}
      busy={busy}
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
    </FormDialog>
  )
}
