import { IconArrowsSort, IconPlus, IconX } from '@tabler/icons-react'
import { useState } from 'react'
import type { ObjectDescription } from '../../meta/describe'
import { Button } from '../../ui/button'
import { IconButton } from '../../ui/icon-button'
import { Popover } from '../../ui/popover'
import { Segments } from '../../ui/segments'
import { SelectField } from '../../ui/select'
import { useTranslation } from '../../words'
import { replaced } from '../filters/tree'
import { sortFrom, sortsOf } from '../views/model'
import s from './list.module.css'

interface Props {
  object: ObjectDescription
  sort: string
  onChange(sort: string): void
}
const MOST = 3

/** Up to three keys, the first one above the others. */
export function SortMenu({ object, sort, onChange }: Props) {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  const sorts = sortsOf(sort)
  const choices = object.fields.filter((field) => field.sortable && !field.technical)
  const free = choices.filter((field) => !sorts.some(([name]) => name === field.name))
  const set = (n: number, one: [string, boolean] | undefined) => onChange(sortFrom(replaced(sorts, n, one)))
  const first = sorts[0] && object.field(sorts[0][0])?.label
  const button = (
    <Button
      look="quiet"
      small
      icon={<IconArrowsSort size={15} />}
      data-on={sorts.length > 0 || undefined}
      aria-expanded={open}
      onClick={() => setOpen(!open)}
    >
      {first ?? t('list.sort')}
    </Button>
  )
  return (
    <Popover open={open} onChange={setOpen} target={button} width={380} label={t('list.sort')}>
      <div className={s.sorts}>
        {sorts.map(([name, down], n) => (
          <div key={name}>
            <SelectField
              aria-label={t('list.sort')}
              data={choices
                .filter((field) => field.name === name || free.includes(field))
                .map((field) => ({ value: field.name, label: field.label }))}
              value={name}
              onChange={(next) => next && set(n, [next, down])}
              allowDeselect={false}
            />
            <Segments
              label={t('list.direction')}
              value={down ? 'down' : 'up'}
              options={[
                { value: 'up', label: t('list.up') },
                { value: 'down', label: t('list.down') },
              ]}
              onChange={(way) => set(n, [name, way === 'down'])}
            />
            <IconButton small label={t('common.remove')} onClick={() => set(n, undefined)}>
              <IconX size={16} stroke={1.6} />
            </IconButton>
          </div>
        ))}
        {sorts.length < MOST && free[0] && (
          <Button
            small
            look="quiet"
            icon={<IconPlus size={15} />}
            onClick={() => onChange(sortFrom([...sorts, [free[0]?.name ?? '', false]]))}
          >
            {t('list.addSort')}
          </Button>
        )}
      </div>
    </Popover>
  )
}
