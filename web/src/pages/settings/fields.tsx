import { lazy, Suspense, useState } from 'react'
import { useTypes } from '../../meta/use-types'
import type { FieldDefinition } from '../../parts/settings/field-definition'
import { Listing } from '../../parts/settings/listing'
import { RowMenu } from '../../parts/settings/row-menu'
import s from '../../parts/settings/settings.module.css'
import { SettingsPage } from '../../parts/settings/settings-page'
import { useAll, useSave } from '../../parts/settings/use-save'
import { Button } from '../../ui/button'
import { Bones } from '../../ui/skeleton'
import { locale, useTranslation } from '../../words'

const SelectField = lazy(async () => ({ default: (await import('../../ui/select')).SelectField }))
const FieldForm = lazy(async () => ({ default: (await import('../../parts/settings/field-form')).FieldForm }))

const AT = '/customer/field-definitions'
const labelOf = (field: FieldDefinition) => field.titles[locale()] || (locale() === 'en' ? field.en : field.zh)

export default function Fields() {
  const { t } = useTranslation()
  const types = useTypes().all.filter((type) => 'custom' in (type.create?.fields ?? {}))
  const [resource, setResource] = useState('account')
  const [editing, setEditing] = useState<string | null>()
  const asked = useAll<FieldDefinition>('field_definition', AT, { resource, sort: 'name' })
  const { data } = asked
  const edited = data?.items.find((field) => field.id === editing) // others may save meanwhile
  const { save, problem } = useSave('field_definition')
  return (
    <SettingsPage
      title={t('settings.pages.fields')}
      lead={t('settings.fields.lead')}
      topic="fields"
      wide
      action={
        <Button look="primary" onClick={() => setEditing(null)}>
          {t('settings.fields.new')}
        </Button>
      }
    >
      <div className={s.bar}>
        <Suspense fallback={<Bones rows={1} label={t('common.loading')} />}>
          <SelectField
            label={t('settings.fields.type')}
            value={resource}
            allowDeselect={false}
            data={types.map((type) => ({ value: type.name, label: type.plural }))}
            onChange={(next) => next && setResource(next)}
          />
        </Suspense>
      </div>
      <Listing
        on={asked}
        items={data?.items}
        problem={problem}
        bones={4}
        none={[t('settings.fields.none'), t('settings.fields.noneText')]}
        heads={[t('settings.fields.label'), t('settings.fields.kind'), t('settings.fields.name'), t('settings.fields.required')]}
        cells={(field) => (
          <>
            <td>{labelOf(field)}</td>
            <td data-desk>{t(`settings.kinds.${field.kind}`)}</td>
            <td data-desk>
              <code>custom.{field.name}</code>
            </td>
            <td data-desk>{field.required && t('settings.yes')}</td>
            <td>
              <RowMenu
                name={labelOf(field)}
                items={[
                  { id: 'edit', label: t('common.edit'), run: () => setEditing(field.id) },
                  {
                    id: 'retire',
                    label: t('settings.retire'),
                    danger: true,
                    section: true,
                    run: () => void save('POST', `${AT}/${field.id}/archive`, {}, t('settings.archived', { name: labelOf(field) })),
                  },
                ]}
              />
            </td>
          </>
        )}
      />
      <Suspense>
        {(editing === null || edited) && <FieldForm field={edited} resource={resource} onClose={() => setEditing(undefined)} />}
      </Suspense>
    </SettingsPage>
  )
}
