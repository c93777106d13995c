import { useState } from 'react'
import type { One } from '../../data/records'
import { type FieldDescription, fieldsOf, type ObjectDescription } from '../../meta/describe'
import { fieldValue, isEmpty, same } from '../../meta/meta'
import type { Show } from '../../meta/show'
import { Button } from '../../ui/button'
import { useTranslation } from '../../words'
import { Fact } from './fact'
import s from './facts.module.css'

/** Nothing, or a plain no. */
const isBlank = (value: unknown) => isEmpty(value) || value === false

interface Props {
  object: ObjectDescription
  one: One
  show: Show
  /** The record of now, where another moment is looked at. */
  now?: One
}

/** The fields of a record by the sections of /meta. Empty ones beyond the first section are folded away. */
export function Facts({ object, one, show, now }: Props) {
  const { t } = useTranslation()
  const [all, setAll] = useState(false)
  const sections = object.layouts.detail.map((section, n) => {
    const fields = fieldsOf(object, section.fields).filter(
      (field) => field.name !== object.nextStep && !object.tables?.includes(field.name),
    )
    return { ...section, first: n === 0, fields }
  })
  const shownAtOnce = (field: FieldDescription, first: boolean) =>
    !object.folded?.includes(field.name) && ((first && field.editor) || !isBlank(fieldValue(one.record, field.name)))
  const shown = sections.map((section) => ({
    ...section,
    fields: section.fields.filter((field) => all || shownAtOnce(field, section.first)),
  }))
  const folded = sections.flatMap((section) => section.fields).length - shown.flatMap((section) => section.fields).length
  const other = (name: string): string | undefined => {
    const field = object.field(name)
    if (now === undefined || field === undefined || same(fieldValue(now.record, name), fieldValue(one.record, name))) return undefined
    return show.text(field, now.record, now.names)
  }
  return (
    <section className={s.facts} aria-label={t('record.facts')}>
      {shown
        .filter((section) => section.fields.length > 0)
        .map((section) => (
          <div key={section.label} className={s.section}>
            <h2>{section.label}</h2>
            <dl>
              {section.fields.map((field) => (
                <Fact key={field.name} object={object} one={one} field={field} show={show} now={other(field.name)} />
              ))}
            </dl>
          </div>
        ))}
      {(folded > 0 || all) && (
        <Button look="quiet" small onClick={() => setAll(!all)}>
          {all ? t('record.fewerFields') : t('record.moreFields', { count: folded })}
        </Button>
      )}
    </section>
  )
}
