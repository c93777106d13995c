import {
  IconCalendarCheck,
  IconChartBar,
  IconFileImport,
  IconHelp,
  IconHome,
  IconKeyboard,
  IconLogout,
  IconMoon,
  IconPlus,
  IconSearch,
  IconSettings,
  IconSun,
} from '@tabler/icons-react'
import { useNavigate } from '@tanstack/react-router'
import { useMemo } from 'react'
import type { ObjectDescription, Types } from '../../meta/describe'
import { iconOf } from '../../ui/icon'
import { undoNewest } from '../../ui/toast'
import { useTranslation } from '../../words'
import { type Action, useActions } from '../actions'
import { chooseScheme } from '../preferences'
import { may, useMe } from '../session'
import { overlays } from './overlays'
import { useLeave } from './use-leave'

/** Second letters of `g …` by record type; others have none. */
const LETTERS: Record<string, string> = { account: 'a', contact: 'c', lead: 'l', opportunity: 'o', activity: 't', product: 'p' }
/** Groups of record types that the side bar shows; what belongs to settings stands there. */
const ASIDE = ['settings', 'data']
export const inSidebar = (object: ObjectDescription): boolean => !ASIDE.includes(object.group) && object.layouts.list.length > 0

/** What is being written is sent: the form that has the focus, else the only one of a dialog. Not while its button takes no press. */
export function saveWritten(): void {
  const form = document.activeElement?.closest('form') ?? document.querySelector<HTMLFormElement>('[role=dialog] form')
  const button = [...(form?.elements ?? [])].find((one) => (one as HTMLButtonElement).type === 'submit')
  if (!(button as HTMLButtonElement | undefined)?.disabled) form?.requestSubmit()
}

/** What can be done on every page. */
export function useShellActions(types: Types): void {
  const { t, i18n } = useTranslation()
  const go = useNavigate()
  const leave = useLeave()
  const me = useMe()
  // biome-ignore lint/correctness/useExhaustiveDependencies: the language changes all titles
  const actions = useMemo((): Action[] => {
    const pages: (Action | false)[] = [
      { id: 'home', section: 'go', title: t('nav.home'), icon: IconHome, keys: 'g h', run: () => void go({ to: '/' }) },
      types.type('activity') !== undefined && {
        id: 'calendar',
        section: 'go',
        title: t('nav.calendar'),
        icon: IconCalendarCheck,
        keys: 'g d',
        run: () => void go({ to: '/calendar' }),
      },
      may(me, 'analytics', 'read') && {
        id: 'dashboard',
        section: 'go',
        title: t('nav.dashboard'),
        icon: IconChartBar,
        keys: 'g r',
        run: () => void go({ to: '/dashboard' }),
      },
    ]
    const objects = types.all.filter(inSidebar)
    const lists = objects.map(
      (object): Action => ({
        id: `go ${object.name}`,
        section: 'go',
        title: object.plural,
        words: object.name,
        icon: iconOf(object.icon),
        keys: LETTERS[object.name] && `g ${LETTERS[object.name]}`,
        run: () => void go({ to: '/o/$type', params: { type: object.name }, search: {} }),
      }),
    )
    const creates = objects
      .filter((object) => object.create?.allowed)
      .map(
        (object): Action => ({
          id: `create ${object.name}`,
          section: 'create',
          title: t('nav.createOne', { what: object.label }),
          words: object.name,
          icon: IconPlus,
          run: () => void go({ to: '/o/$type', params: { type: object.name }, search: { create: true } }),
        }),
      )
    const dark = () => document.documentElement.getAttribute('data-mantine-color-scheme') === 'dark'
    const rest: Action[] = [
      {
        id: 'palette',
        section: 'help',
        title: t('nav.palette'),
        icon: IconSearch,
        keys: 'mod+k',
        hidden: true,
        run: () => overlays.open('palette'),
      },
      { id: 'search', section: 'help', title: t('nav.search'), keys: '/', hidden: true, run: () => overlays.open('palette') },
      { id: 'import', section: 'data', title: t('nav.import'), icon: IconFileImport, keys: 'g i', run: () => void go({ to: '/import' }) },
      {
        id: 'settings',
        section: 'settings',
        title: t('nav.settings'),
        icon: IconSettings,
        keys: 'g s',
        run: () => void go({ to: '/settings/{-$page}' }),
      },
      {
        id: 'scheme',
        section: 'settings',
        title: t('nav.switchScheme'),
        icon: dark() ? IconSun : IconMoon,
        run: () => void chooseScheme(dark() ? 'light' : 'dark'),
      },
      {
        id: 'sign-out',
        section: 'settings',
        title: t('session.signOut'),
        icon: IconLogout,
        run: () => void leave(),
      },
      { id: 'save', section: 'page', title: t('nav.saveWritten'), keys: 'mod+s', hidden: true, run: saveWritten },
      { id: 'undo', section: 'page', title: t('nav.undoLast'), keys: 'mod+z', hidden: true, run: () => void undoNewest() },
      { id: 'help', section: 'help', title: t('nav.help'), icon: IconHelp, run: () => void go({ to: '/help/{-$topic}' }) },
      { id: 'shortcuts', section: 'help', title: t('nav.shortcuts'), icon: IconKeyboard, keys: '?', run: () => overlays.open('shortcuts') },
    ]
    return [...creates, ...pages.filter((page) => page !== false), ...lists, ...rest]
  }, [types, go, leave, me, t, i18n.language])
  useActions(actions)
}
