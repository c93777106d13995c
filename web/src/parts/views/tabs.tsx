import { IconChevronDown, IconLock, IconPencil, IconPin, IconPinnedOff, IconShare, IconStar, IconTrash } from '@tabler/icons-react'
import { useState } from 'react'
import { useMe } from '../../app/session'
import { isPinned, pin, unpin, usePins, viewPath } from '../../app/shell/pins'
import type { ObjectDescription } from '../../meta/describe'
import { Menu, type MenuItem } from '../../ui/menu'
import { useTranslation } from '../../words'
import type { QuickView, SavedView } from './model'
import { RenameView } from './rename-view'
import { useViewActs } from './saved'
import s from './views.module.css'

interface Props {
  object: ObjectDescription
  quick: readonly QuickView[]
  saved: readonly SavedView[]
  current: string
  onChoose(view: string): void
}

/** The tab of the view that is shown, as soon as it stands there: on a telephone the row is longer than the screen. */
const intoSight = (tab: HTMLElement | null): void => tab?.scrollIntoView({ block: 'nearest', inline: 'center' })

/** The views of a record type as tabs; the chosen one of the saved ones has a menu. */
export function ViewTabs({ object, quick, saved, current, onChoose }: Props) {
  const { t } = useTranslation()
  return (
    <fieldset className={s.tabs} aria-label={t('list.views')}>
      {quick.map(({ id, word }) => (
        <button
          key={id}
          ref={id === current ? intoSight : undefined}
          type="button"
          aria-pressed={id === current}
          className={s.tab}
          onClick={() => onChoose(id)}
        >
          {t(word)}
        </button>
      ))}
      {saved.map((view) =>
        view.id === current ? (
          <ViewMenu key={view.id} object={object} view={view} onLeave={() => onChoose(quick[0]?.id ?? '')} />
        ) : (
          <button key={view.id} type="button" className={s.tab} onClick={() => onChoose(view.id)}>
            {view.name}
          </button>
        ),
      )}
    </fieldset>
  )
}

const ICON = { size: 16, stroke: 1.6 } as const

function ViewMenu({ object, view, onLeave }: { object: ObjectDescription; view: SavedView; onLeave(): void }) {
  const { t } = useTranslation()
  const acts = useViewActs(object.name)
  const { user } = useMe()
  const path = viewPath(object.name, view.id)
  const pinned = isPinned(usePins(), path)
  const [naming, setNaming] = useState(false)
  const own: MenuItem[] =
    view.owner !== user.id
      ? []
      : [
          view.shared
            ? {
                id: 'private',
                label: t('list.makePrivate'),
                icon: <IconLock {...ICON} />,
                section: true,
                run: () => void acts.share(view, false),
              }
            : {
                id: 'share',
                label: t('list.shareAll'),
                icon: <IconShare {...ICON} />,
                section: true,
                run: () => void acts.share(view, true),
              },
          { id: 'rename', label: t('list.renameView'), icon: <IconPencil {...ICON} />, run: () => setNaming(true) },
          {
            id: 'default',
            label: t(view.default ? 'list.noDefault' : 'list.makeDefault'),
            icon: <IconStar {...ICON} />,
            run: () => void acts.change(view, { default: !view.default }),
          },
          {
            id: 'remove',
            label: t('list.removeView'),
            icon: <IconTrash {...ICON} />,
            danger: true,
            run: () => {
              onLeave()
              void acts.archive(view)
            },
          },
        ]
  const items: MenuItem[] = [
    pinned
      ? { id: 'unpin', label: t('nav.unpin'), icon: <IconPinnedOff {...ICON} />, run: () => void unpin(path) }
      : { id: 'pin', label: t('list.pin'), icon: <IconPin {...ICON} />, run: () => void pin({ path, title: view.name }) },
    ...own,
  ]
  return (
    <>
      <Menu items={items} position="bottom-start">
        <button ref={intoSight} type="button" aria-pressed className={s.tab}>
          {view.name}
          <IconChevronDown size={14} stroke={1.8} aria-hidden />
        </button>
      </Menu>
      {naming && (
        <RenameView
          view={view}
          onClose={() => setNaming(false)}
          onName={async (name) => {
            await acts.change(view, { name })
            if (pinned) await pin({ path, title: name })
          }}
        />
      )}
    </>
  )
}
