import { IconFilter } from '@tabler/icons-react'
import { useState } from 'react'
import type { Tree } from '../../app/search'
import type { ObjectDescription } from '../../meta/describe'
import type { Show } from '../../meta/show'
import { Button } from '../../ui/button'
import { Dialog } from '../../ui/dialog'
import { usePhone } from '../../ui/media'
import { Popover } from '../../ui/popover'
import { useTranslation } from '../../words'
import { FilterEditor, filterChoices } from './editor'
import s from './filters.module.css'
import { blank, countOf, type Group, groupOf, isNothing, treeFrom } from './tree'

interface Props {
  object: ObjectDescription
  show: Show
  names: Record<string, string>
  tree: Tree | undefined
  onChange(tree: Tree): void
  open: boolean
  onOpen(open: boolean): void
}

/** The button, and the editor at it: on a telephone all of the screen. What is chosen acts with Apply. */
export function FilterMenu({ object, show, names, tree, onChange, open, onOpen }: Props) {
  const { t } = useTranslation()
  const phone = usePhone()
  const [draft, setDraft] = useState<Group | null>(null)
  const count = tree ? countOf(groupOf(tree)) : 0
  const begin = (): Group => {
    const group = groupOf(tree)
    const first = filterChoices(object)[0]
    return group.parts.length || !first ? group : { way: 'all', parts: [blank(first)] }
  }
  const group = draft ?? begin()
  const close = () => {
    setDraft(null)
    onOpen(false)
  }
  const apply = (next: Group) => {
    const wanted = treeFrom(next) ?? { all: [] }
    if (!(isNothing(wanted) && !tree)) onChange(wanted)
    close()
  }
  const button = (
    <Button
      look="quiet"
      small
      icon={<IconFilter size={15} />}
      data-on={count > 0 || undefined}
      aria-expanded={open}
      onClick={() => (open ? close() : onOpen(true))}
    >
      {count ? t('list.filters', { count }) : t('list.filter')}
    </Button>
  )
  const actions = (
    <>
      <Button look="quiet" onClick={() => apply({ way: 'all', parts: [] })}>
        {t('list.clearFilters')}
      </Button>
      <Button look="primary" onClick={() => apply(group)}>
        {t('common.apply')}
      </Button>
    </>
  )
  const editor = <FilterEditor object={object} show={show} names={names} group={group} onChange={setDraft} />
  if (phone)
    return (
      <>
        {button}
        <Dialog open={open} onClose={close} title={t('list.filter')} actions={actions}>
          {editor}
        </Dialog>
      </>
    )
  return (
    <Popover open={open} onChange={(on) => (on ? onOpen(true) : close())} target={button} width={640} label={t('list.filter')}>
      <div className={s.box}>{editor}</div>
      <div className={s.actions}>{actions}</div>
    </Popover>
  )
}
