import { IconPlus, IconX } from '@tabler/icons-react'
import type { FieldDescription, ObjectDescription } from '../../meta/describe'
import type { Show } from '../../meta/show'
import { Button } from '../../ui/button'
import { IconButton } from '../../ui/icon-button'
import { Segments } from '../../ui/segments'
import { SelectField } from '../../ui/select'
import { useTranslation } from '../../words'
import s from './filters.module.css'
import { opWord } from './say'
import { blank, type Group, isLeaf, isWhole, type Leaf, operatorsOf, replaced, type Way, withOperator } from './tree'
import { ValueInput } from './value-input'

interface Props {
  object: ObjectDescription
  show: Show
  names: Record<string, string>
  group: Group
  onChange(group: Group): void
  /** Says where a value is missing: for those who take no condition without one. */
  strict?: boolean
  depth?: number
}
const DEEPEST = 2
const WAYS: readonly Way[] = ['all', 'any', 'none']

export const filterChoices = (object: ObjectDescription): FieldDescription[] =>
  object.fields.filter((field) => field.filterable && !field.technical && field.show !== 'structure')

/** Conditions of which all, any or none hold; groups stand within groups. */
export function FilterEditor({ object, show, names, group, onChange, strict, depth = 0 }: Props) {
  const { t } = useTranslation()
  const set = (at: number, part: Leaf | Group | undefined) => onChange({ ...group, parts: replaced(group.parts, at, part) })
  const first = filterChoices(object)[0]
  return (
    <div className={s.group} data-depth={depth}>
      {(group.parts.length > 1 || depth > 0 || group.way !== 'all') && (
        <Segments
          label={t('list.way.label')}
          value={group.way}
          options={WAYS.map((value) => ({ value, label: t(`list.way.${value}`) }))}
          onChange={(way) => onChange({ ...group, way })}
        />
      )}
      {group.parts.map((part, n) => {
        const remove = (
          <IconButton small label={t('list.removeCondition')} onClick={() => set(n, undefined)}>
            <IconX size={16} stroke={1.6} />
          </IconButton>
        )
        const key = `${n}`
        if (isLeaf(part))
          return (
            <Condition
              key={`${key} ${part.field} ${part.op}`}
              object={object}
              show={show}
              names={names}
              leaf={part}
              strict={strict}
              onChange={(leaf) => set(n, leaf)}
            >
              {remove}
            </Condition>
          )
        return (
          <div key={key} className={s.nested}>
            <FilterEditor
              object={object}
              show={show}
              names={names}
              group={part}
              onChange={(inner) => set(n, inner)}
              strict={strict}
              depth={depth + 1}
            />
            {remove}
          </div>
        )
      })}
      <div className={s.more}>
        {first && (
          <Button
            small
            look="quiet"
            icon={<IconPlus size={15} />}
            onClick={() => onChange({ ...group, parts: [...group.parts, blank(first)] })}
          >
            {t('list.addCondition')}
          </Button>
        )}
        {first && depth < DEEPEST && group.parts.length > 0 && (
          <Button
            small
            look="quiet"
            icon={<IconPlus size={15} />}
            onClick={() =>
              onChange({ ...group, parts: [...group.parts, { way: group.way === 'any' ? 'all' : 'any', parts: [blank(first)] }] })
            }
          >
            {t('list.addGroup')}
          </Button>
        )}
      </div>
    </div>
  )
}

interface ConditionProps {
  object: ObjectDescription
  show: Show
  names: Record<string, string>
  leaf: Leaf
  strict?: boolean
  onChange(leaf: Leaf): void
  children: React.ReactNode
}

function Condition({ object, show, names, leaf, strict, onChange, children }: ConditionProps) {
  const { t } = useTranslation()
  const field = object.field(leaf.field)
  const fields = filterChoices(object).map(({ name, label }) => ({ value: name, label }))
  const choose = (name: string | null) => {
    const chosen = object.field(name ?? '')
    if (chosen) onChange(blank(chosen))
  }
  return (
    <div className={s.condition}>
      <SelectField aria-label={t('list.field')} data={fields} value={leaf.field} onChange={choose} allowDeselect={false} searchable />
      {field && (
        <>
          <SelectField
            aria-label={t('list.comparison')}
            data={operatorsOf(field).map((op) => ({ value: op, label: t(`list.op.${opWord(op, field)}`) }))}
            value={leaf.op ?? 'eq'}
            onChange={(op) => op && onChange(withOperator(leaf, op))}
            allowDeselect={false}
          />
          <div className={s.value}>
            <ValueInput
              field={field}
              leaf={leaf}
              place={show.place(field, undefined, names)}
              onChange={(value) => onChange({ ...leaf, value })}
            />
            {strict && !isWhole(leaf) && <small role="status">{t('list.needsValue')}</small>}
          </div>
        </>
      )}
      {children}
    </div>
  )
}
