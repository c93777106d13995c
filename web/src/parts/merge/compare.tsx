import type { One } from '../../data/records'
import { type FieldDescription, fieldsOf, type ObjectDescription } from '../../meta/describe'
import { fieldValue, isEmpty, same } from '../../meta/meta'
import { useShow } from '../../meta/show'
import { useTranslation } from '../../words'
import s from '../clash/clash.module.css'

export type Whose = 'one' | 'other'

/** The fields in which two records differ, as far as people set them. */
export function differing(object: ObjectDescription, one: One, other: One): FieldDescription[] {
  const names = object.layouts.detail.flatMap((section) => section.fields)
  return fieldsOf(object, names).filter((field) => {
    const [mine, theirs] = [fieldValue(one.record, field.name), fieldValue(other.record, field.name)]
    return field.writable && field.show !== 'structure' && !same(mine, theirs)
  })
}

/** Whose value stays unless somebody says otherwise: that of the record that survives, where it has one. */
export const kept = (one: One, field: FieldDescription): Whose => (isEmpty(fieldValue(one.record, field.name)) ? 'other' : 'one')

interface Props {
  object: ObjectDescription
  one: One
  other: One
  fields: FieldDescription[]
  choice(field: FieldDescription): Whose
  onPick(name: string, whose: Whose): void
}

/** Field by field: the value of the one, the value of the other, and which of them stays. */
export function Compare({ object, one, other, fields, choice, onPick }: Props) {
  const { t } = useTranslation()
  const show = useShow(object)
  const titleOf = (each: One) => String(fieldValue(each.record, object.title) ?? '')
  const cell = (field: FieldDescription, whose: Whose, each: One) => (
    <td data-on={choice(field) === whose || undefined}>
      <label>
        <input type="radio" name={`merge ${field.name}`} checked={choice(field) === whose} onChange={() => onPick(field.name, whose)} />
        {show.text(field, each.record, each.names) || t('record.empty')}
      </label>
    </td>
  )
  return (
    <>
      <p className={s.note}>{t('merge.explained', { one: titleOf(one), other: titleOf(other) })}</p>
      {fields.length > 0 && (
        <div className={s.wrap}>
          <table className={s.table}>
            <thead>
              <tr>
                <th scope="col">{t('clash.field')}</th>
                <th scope="col">{titleOf(one)}</th>
                <th scope="col">{titleOf(other)}</th>
              </tr>
            </thead>
            <tbody>
              {fields.map((field) => (
                <tr key={field.name}>
                  <th scope="row">{field.label}</th>
                  {cell(field, 'one', one)}
                  {cell(field, 'other', other)}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  )
}
