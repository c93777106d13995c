import { useState } from 'react'
import { useTypes } from '../../meta/use-types'
import { Button } from '../../ui/button'
import { SelectField } from '../../ui/select'
import { useTranslation } from '../../words'
import s from './import.module.css'
import { KeepMapping, useKeptMappings } from './kept-mappings'
import { fieldFor, type Inspected, type Mapping, sent } from './mapping'

const ENCODINGS = ['utf-8', 'gb18030', 'big5', 'cp1252', 'cp1250', 'cp1251', 'shift_jis', 'euc-jp', 'euc-kr', 'utf-16']
const CODED = /\.xlsx$/i // a workbook says itself how its text is written
const MADE = 'at' // when the record was made: no field, but an import may say it
const SURE = 0.8

interface Props {
  found: Inspected
  mapping: Mapping
  busy: boolean
  /** The kept mapping that was chosen. */
  kept: string | undefined
  onKept(id: string): void
  onChosen(id: string | undefined): void
  onMapping(mapping: Mapping): void
  onType(resource: string): void
  onEncoding(encoding: string): void
  onBack(): void
  onNext(): void
  /** Back to the report of the import whose rejected rows these are. */
  onReport: (() => void) | undefined
}

/** Each column with samples, and the field that it goes to. */
export function MappingStep({
  found,
  mapping,
  busy,
  kept,
  onKept,
  onChosen,
  onMapping,
  onType,
  onEncoding,
  onBack,
  onNext,
  onReport,
}: Props) {
  const { t } = useTranslation()
  const types = useTypes()
  const proposed = !kept && mapping === found.suggestion // and nobody has changed it
  const [fields, setFields] = useState(
    () =>
      new Map(found.matches.map(({ column, field }) => [column, proposed ? field : fieldFor(mapping, found.resource, column)] as const)),
  )
  const mappings = useKeptMappings()
  const type = types.type(found.resource)
  const labelOf = (field: string): string => {
    if (field === MADE) return t('import.madeAt')
    const [head = '', ...rest] = field.split('.')
    const other = rest.length && head !== 'custom' ? types.type(head) : undefined
    return other ? `${other.label}: ${other.field(rest.join('.'))?.label ?? rest.join('.')}` : (type?.field(field)?.label ?? field)
  }
  const options = [...new Set([...found.fields, ...fields.values()])]
    .filter(Boolean)
    .map((field) => ({ value: field, label: labelOf(field) }))
  const choose = (column: string, field: string) => {
    setFields(new Map(fields).set(column, field))
    onMapping(sent(mapping, found.resource, column, field))
  }
  return (
    <>
      <h2 className={s.question}>{t('import.whichFields')}</h2>
      <p className={s.soft}>{t('import.found', { name: found.name, count: found.rows })}</p>
      <div className={s.head}>
        <SelectField
          label={t('import.type')}
          value={found.resource || null}
          allowDeselect={false}
          data={types.all.filter((one) => one.create).map((one) => ({ value: one.name, label: one.plural }))}
          onChange={(next) => next && onType(next)}
        />
        {!CODED.test(found.name) && (
          <SelectField
            label={t('import.encoding')}
            value={found.encoding}
            allowDeselect={false}
            data={[...new Set([found.encoding, ...ENCODINGS])]}
            onChange={(next) => next && onEncoding(next)}
          />
        )}
        {mappings.length > 0 && (
          <SelectField
            label={t('import.kept')}
            placeholder={t('import.proposed')}
            value={kept ?? null}
            clearable
            data={mappings.map(({ id, name }) => ({ value: id, label: name }))}
            onChange={(next) => onChosen(next ?? undefined)}
          />
        )}
      </div>
      <table className={s.table}>
        <thead>
          <tr>
            <th scope="col">{t('import.column')}</th>
            <th scope="col">{t('import.field')}</th>
          </tr>
        </thead>
        <tbody>
          {found.matches.map((match) => (
            <tr key={match.column}>
              <td>
                <b>{match.column}</b>
                <small>{match.samples.slice(0, 3).join(' · ')}</small>
              </td>
              <td>
                <SelectField
                  aria-label={t('import.goesTo', { column: match.column })}
                  placeholder={t('import.ignore')}
                  value={fields.get(match.column) || null}
                  clearable
                  searchable
                  data={options}
                  onChange={(field) => choose(match.column, field ?? '')}
                />
                {proposed && !match.field && !fields.get(match.column) && match.reason && <small>{match.reason}</small>}
                {!kept && match.field && match.field === fields.get(match.column) && match.confidence < SURE && (
                  <small data-unsure>{t('import.unsure', { reason: match.reason })}</small>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <div className={s.foot}>
        <Button onClick={onBack}>{t('common.back')}</Button>
        <Button look="primary" busy={busy} disabled={!mapping.steps.some((step) => Object.keys(step.fields).length)} onClick={onNext}>
          {t('import.try')}
        </Button>
        {onReport && (
          <Button look="quiet" onClick={onReport}>
            {t('import.report')}
          </Button>
        )}
        <KeepMapping mapping={mapping} kept={mappings.find(({ id }) => id === kept)} onKept={onKept} />
      </div>
    </>
  )
}
