import { IconX } from '@tabler/icons-react'
import type { Tree } from '../../app/search'
import type { ObjectDescription } from '../../meta/describe'
import type { Show } from '../../meta/show'
import { useTranslation } from '../../words'
import s from './filters.module.css'
import { sayPart } from './say'
import { groupOf, replaced, treeFrom } from './tree'

interface Props {
  object: ObjectDescription
  show: Show
  names: Record<string, string>
  tree: Tree | undefined
  onChange(tree: Tree): void
  onEdit(): void
}

/** What a list is narrowed to, a chip for each condition that holds with the others. */
export function FilterChips({ object, show, names, tree, onChange, onEdit }: Props) {
  const { t } = useTranslation()
  const group = groupOf(tree)
  const whole = group.way === 'all' ? group.parts : group.parts.length ? [group] : []
  const remove = (n: number) =>
    onChange((group.way === 'all' && treeFrom({ way: 'all', parts: replaced(group.parts, n, undefined) })) || { all: [] })
  return whole.map((part, n) => {
    const said = sayPart(part, object, show, names)
    return (
      <span key={said} className={s.chip}>
        <button type="button" onClick={onEdit}>
          {said}
        </button>
        <button type="button" aria-label={t('list.removeFilter', { what: said })} onClick={() => remove(n)}>
          <IconX size={13} stroke={2} aria-hidden />
        </button>
      </span>
    )
  })
}
