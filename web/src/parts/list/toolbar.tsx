import { IconLayoutKanban, IconLayoutList, IconSearch } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import type { ListSearch, Tree } from '../../app/search'
import { may, useMe } from '../../app/session'
import { columnChoices } from '../../meta/boards'
import type { ObjectDescription } from '../../meta/describe'
import type { Show } from '../../meta/show'
import { TextField } from '../../ui/field'
import { usePhone } from '../../ui/media'
import { Segments } from '../../ui/segments'
import { useTranslation } from '../../words'
import { FilterChips } from '../filters/chips'
import { FilterMenu } from '../filters/filter-menu'
import { contentOf, type Looked, type SavedView } from '../views/model'
import { SaveView } from '../views/save-view'
import { ByMenu } from './by-menu'
import { ColumnsMenu } from './columns-menu'
import { GroupMenu } from './group-menu'
import s from './list.module.css'
import { SortMenu } from './sort-menu'

interface Props {
  object: ObjectDescription
  show: Show
  names: Record<string, string>
  now: Looked
  widths: Record<string, number>
  search: ListSearch
  /** The saved view, where it is the person's own. */
  view?: SavedView
  onChange(change: Partial<ListSearch>): void
}

/** The second row: what is shown, in which order, and how. */
export function Toolbar({ object, show, names, now, widths, search, view, onChange }: Props) {
  const { t } = useTranslation()
  const phone = usePhone()
  const keeps = may(useMe(), 'saved_view', 'create')
  const [filtering, setFiltering] = useState(false)
  const searchable = object.fields.some((field) => field.searchable)
  const boards = columnChoices(object).length > 0
  const board = boards && now.kind === 'board'
  const filter = (tree: Tree) => onChange({ f: tree })
  const save = now.changed && keeps && (
    <SaveView
      type={object.name}
      content={contentOf(now, widths)}
      view={view}
      onSaved={(id) =>
        onChange({ view: id, f: undefined, sort: undefined, group: undefined, cols: undefined, as: undefined, pipeline: undefined })
      }
    />
  )
  return (
    <div className={s.tools}>
      {phone && save /* what does not fit scrolls below list or board */}
      <FilterMenu object={object} show={show} names={names} tree={now.tree} onChange={filter} open={filtering} onOpen={setFiltering} />
      <FilterChips object={object} show={show} names={names} tree={now.tree} onChange={filter} onEdit={() => setFiltering(true)} />
      <SortMenu object={object} sort={now.sort} onChange={(sort) => onChange({ sort })} />
      {board && <ByMenu object={object} by={now.group} onChange={(group) => onChange({ group: group ?? 'none' })} />}
      {!board && <GroupMenu object={object} group={now.group} onChange={(group) => onChange({ group: group ?? 'none' })} />}
      {!board && !phone && <ColumnsMenu object={object} columns={now.columns} onChange={(cols) => onChange({ cols: cols.join(',') })} />}
      {!phone && save}
      <span className={s.grow} />
      {searchable && !phone && (
        <Quick
          text={search.q ?? ''}
          onChange={(q) => onChange({ q: q || undefined })}
          label={t('list.searchIn', { what: object.plural })}
        />
      )}
      {boards && (
        <Segments
          label={t('list.shownAs')}
          value={now.kind === 'board' ? 'board' : 'list'}
          options={[
            { value: 'list', label: <IconLayoutList size={16} aria-hidden />, name: t('list.asList') },
            { value: 'board', label: <IconLayoutKanban size={16} aria-hidden />, name: t('list.asBoard') },
          ]}
          onChange={(as) => onChange({ as: as === now.ofView ? undefined : as })}
        />
      )}
    </div>
  )
}

const PAUSE = 250

/** Full text within this list, asked once the person pauses. */
function Quick({ text, onChange, label }: { text: string; onChange(text: string): void; label: string }) {
  const [typed, type] = useState(text)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the pause begins with each letter
  useEffect(() => {
    if (typed === text) return
    const timer = setTimeout(() => onChange(typed), PAUSE)
    return () => clearTimeout(timer)
  }, [typed])
  useEffect(() => type(text), [text])
  return (
    <TextField
      className={s.search}
      size="xs"
      aria-label={label}
      placeholder={label}
      maxLength={200}
      leftSection={<IconSearch size={14} aria-hidden />}
      value={typed}
      onChange={(event) => type(event.currentTarget.value)}
    />
  )
}
