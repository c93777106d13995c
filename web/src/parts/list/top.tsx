import { IconArchive, IconDots, IconDownload, IconFileImport, IconPlus, IconSquareCheck } from '@tabler/icons-react'
import { useNavigate } from '@tanstack/react-router'
import { type ReactNode, useMemo } from 'react'
import { type Action, useActions } from '../../app/actions'
import type { ListSearch } from '../../app/search'
import type { ListQuery } from '../../data/keys'
import { useMoment, usePast } from '../../data/moment'
import type { ObjectDescription } from '../../meta/describe'
import { Button } from '../../ui/button'
import { IconButton } from '../../ui/icon-button'
import { usePhone } from '../../ui/media'
import { Menu, type MenuItem } from '../../ui/menu'
import { useTranslation } from '../../words'
import { downloadList } from '../bulk/export'
import type { QuickView, SavedView } from '../views/model'
import { ViewTabs } from '../views/tabs'
import s from './list.module.css'

interface Props {
  object: ObjectDescription
  quick: readonly QuickView[]
  saved: readonly SavedView[]
  current: string
  onChoose(view: string): void
  onCreate(): void
  picking: boolean
  onPicking(on: boolean): void
  archived?: boolean
  onChange(change: Partial<ListSearch>): void
  query: ListQuery
  /** When one looks. */
  pill: ReactNode
}
const ICON = { size: 16, stroke: 1.6 } as const

/** The first row: name, views, when one looks, and the one accented button. */
export function Top(props: Props) {
  const { object, onCreate, picking, onPicking, archived, onChange, query } = props
  const { t } = useTranslation()
  const go = useNavigate()
  const phone = usePhone()
  const past = usePast()
  const moment = useMoment()
  const creates = object.create?.allowed && !past
  const items: MenuItem[] = [
    { id: 'csv', label: t('list.exportCsv'), icon: <IconDownload {...ICON} />, run: () => void downloadList(object, query, moment, 'csv') },
    {
      id: 'xlsx',
      label: t('list.exportXlsx'),
      icon: <IconDownload {...ICON} />,
      run: () => void downloadList(object, query, moment, 'xlsx'),
    },
    { id: 'import', label: t('nav.import'), icon: <IconFileImport {...ICON} />, run: () => void go({ to: '/import' }) },
    {
      id: 'archived',
      label: t(archived ? 'list.hideArchived' : 'list.showArchived'),
      icon: <IconArchive {...ICON} />,
      section: true,
      run: () => onChange({ archived: archived ? undefined : true }),
    },
  ]
  if (phone)
    items.unshift({
      id: 'pick',
      label: t(picking ? 'list.stopPicking' : 'list.startPicking'),
      icon: <IconSquareCheck {...ICON} />,
      run: () => onPicking(!picking),
    })
  const actions = useMemo((): Action[] => {
    const save = (format: 'csv' | 'xlsx') => () => void downloadList(object, query, moment, format)
    const exports = (['csv', 'xlsx'] as const).map(
      (format): Action => ({
        id: `export-${format}`,
        section: 'data',
        title: t(format === 'csv' ? 'list.exportCsv' : 'list.exportXlsx'),
        words: `export ${format} ${object.plural}`,
        icon: IconDownload,
        run: save(format),
      }),
    )
    if (!creates) return exports
    const title = t('nav.createOne', { what: object.label })
    return [...exports, { id: 'create-here', section: 'page', title, keys: 'c', hidden: true, run: onCreate }]
  }, [creates, t, object, query, moment, onCreate])
  useActions(actions)
  const tabs = <ViewTabs object={object} quick={props.quick} saved={props.saved} current={props.current} onChoose={props.onChoose} />
  return (
    <>
      <header className={s.top}>
        <h1>{object.plural}</h1>
        {!phone && tabs}
        <span className={s.grow} />
        {props.pill}
        <Menu items={items}>
          <IconButton label={t('common.more')}>
            <IconDots size={18} stroke={1.6} />
          </IconButton>
        </Menu>
        {creates && (
          <Button look="primary" icon={<IconPlus size={16} />} onClick={onCreate} data-tour="new">
            {t('common.new')}
          </Button>
        )}
      </header>
      {phone && <div className={s.phoneTabs}>{tabs}</div>}
    </>
  )
}
