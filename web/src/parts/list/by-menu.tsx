import { IconCheck, IconColumns3 } from '@tabler/icons-react'
import { boardBy, columnChoices } from '../../meta/boards'
import type { ObjectDescription } from '../../meta/describe'
import { Button } from '../../ui/button'
import { Menu } from '../../ui/menu'
import { useTranslation } from '../../words'

interface Props {
  object: ObjectDescription
  /** The field whose values are the columns; undefined, or one that makes none: the field of the type. */
  by: string | undefined
  onChange(by: string | undefined): void
}

/** By which field a board has its columns. */
export function ByMenu({ object, by, onChange }: Props) {
  const { t } = useTranslation()
  const choices = columnChoices(object)
  if (choices.length < 2) return null
  const now = boardBy(object, by).boardField
  const own = choices[0]?.name
  const items = choices.map((field) => ({
    id: field.name,
    label: field.label,
    hint: field.name === now ? <IconCheck size={16} aria-label={t('common.chosen')} /> : undefined,
    run: () => onChange(field.name === own ? undefined : field.name),
  }))
  return (
    <Menu items={items} position="bottom-start">
      <Button look="quiet" small icon={<IconColumns3 size={15} />} data-on={now !== own || undefined}>
        {t('board.columnsBy', { what: object.field(now ?? '')?.label })}
      </Button>
    </Menu>
  )
}
