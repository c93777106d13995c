import { IconArrowDown, IconArrowUp, IconColumns } from '@tabler/icons-react'
import { useState } from 'react'
import type { ObjectDescription } from '../../meta/describe'
import { Button } from '../../ui/button'
import { TextField, Tick } from '../../ui/field'
import { IconButton } from '../../ui/icon-button'
import { Popover } from '../../ui/popover'
import { useTranslation } from '../../words'
import { columnChoices } from '../grid/columns'
import s from './list.module.css'

interface Props {
  object: ObjectDescription
  columns: readonly string[]
  onChange(columns: string[]): void
}

/** Which columns a list has, and their order: chosen ones first. The name stays. */
export function ColumnsMenu({ object, columns, onChange }: Props) {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  const [text, setText] = useState('')
  const fields = columnChoices(object)
  const chosen = columns.flatMap((name) => fields.find((field) => field.name === name) ?? [])
  const others = fields.filter((field) => !columns.includes(field.name)).sort((a, b) => a.label.localeCompare(b.label))
  const fits = (label: string) => label.toLowerCase().includes(text.trim().toLowerCase())
  const move = (name: string, by: number) => {
    const next = columns.filter((one) => one !== name)
    next.splice(columns.indexOf(name) + by, 0, name)
    onChange(next)
  }
  const button = (
    <Button look="quiet" small icon={<IconColumns size={15} />} aria-expanded={open} onClick={() => setOpen(!open)}>
      {t('list.columns')}
    </Button>
  )
  return (
    <Popover open={open} onChange={setOpen} target={button} width={300} label={t('list.columns')}>
      <TextField
        aria-label={t('common.search')}
        placeholder={t('common.search')}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <ul className={s.choices}>
        {chosen
          .filter((field) => fits(field.label))
          .map((field) => {
            const at = columns.indexOf(field.name)
            const fixed = field.name === object.title
            return (
              <li key={field.name}>
                <Tick label={field.label} checked disabled={fixed} onChange={() => onChange(columns.filter((one) => one !== field.name))} />
                {!fixed && !text && (
                  <span>
                    <IconButton
                      small
                      label={t('list.earlier', { what: field.label })}
                      disabled={at <= 1}
                      onClick={() => move(field.name, -1)}
                    >
                      <IconArrowUp size={14} />
                    </IconButton>
                    <IconButton
                      small
                      label={t('list.later', { what: field.label })}
                      disabled={at >= columns.length - 1}
                      onClick={() => move(field.name, 1)}
                    >
                      <IconArrowDown size={14} />
                    </IconButton>
                  </span>
                )}
              </li>
            )
          })}
        {others
          .filter((field) => fits(field.label))
          .map((field) => (
            <li key={field.name}>
              <Tick label={field.label} checked={false} onChange={() => onChange([...columns, field.name])} />
            </li>
          ))}
      </ul>
    </Popover>
  )
}
