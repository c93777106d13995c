import { IconCheck, IconLayoutRows } from '@tabler/icons-react'
import type { ObjectDescription } from '../../meta/describe'
import { Button } from '../../ui/button'
import { Menu } from '../../ui/menu'
import { useTranslation } from '../../words'
import { groupChoices } from './use-sections'

interface Props {
  object: ObjectDescription
  group: string | undefined
  onChange(group: string | undefined): void
}

export function GroupMenu({ object, group, onChange }: Props) {
  const { t } = useTranslation()
  const choices = groupChoices(object)
  if (!choices.length) return null
  const now = choices.find(({ value }) => value === group)
  const chosen = <IconCheck size={16} aria-label={t('common.chosen')} />
  const items = [
    { id: 'none', label: t('list.noGroup'), hint: group ? undefined : chosen, run: () => onChange(undefined) },
    ...choices.map(({ value, field }) => ({
      id: value,
      label: value.includes(':') ? t('list.byMonth', { what: field.label }) : field.label,
      hint: value === group ? chosen : undefined,
      run: () => onChange(value),
    })),
  ]
  return (
    <Menu items={items} position="bottom-start">
      <Button look="quiet" small icon={<IconLayoutRows size={15} />} data-on={now !== undefined || undefined}>
        {now ? now.field.label : t('list.group')}
      </Button>
    </Menu>
  )
}
