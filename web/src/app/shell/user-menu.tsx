import { IconCheck, IconDeviceLaptop, IconHelp, IconKeyboard, IconLogout, IconMoon, IconSun, IconUserCircle } from '@tabler/icons-react'
import { useNavigate } from '@tanstack/react-router'
import { Avatar } from '../../ui/avatar'
import { Menu, type MenuItem } from '../../ui/menu'
import type { Scheme } from '../../ui/scheme'
import { LOCALE_NAMES, LOCALES, useTranslation } from '../../words'
import { chooseLocale, chooseScheme, usePreferences } from '../preferences'
import { useMe } from '../session'
import { overlays } from './overlays'
import s from './sidebar.module.css'
import { useLeave } from './use-leave'

const ICON = { size: 17, stroke: 1.6 } as const
const SCHEMES: [Scheme, typeof IconSun][] = [
  ['light', IconSun],
  ['dark', IconMoon],
  ['system', IconDeviceLaptop],
]

export default function UserMenu() {
  const { t, i18n } = useTranslation()
  const { user } = useMe()
  const { scheme = 'system' } = usePreferences()
  const go = useNavigate()
  const leave = useLeave()
  const chosen = <IconCheck {...ICON} aria-label={t('common.chosen')} />
  const items: MenuItem[] = [
    { id: 'account', label: t('nav.account'), icon: <IconUserCircle {...ICON} />, run: () => void go({ to: '/me' }) },
    { id: 'shortcuts', label: t('nav.shortcuts'), icon: <IconKeyboard {...ICON} />, run: () => overlays.open('shortcuts') },
    { id: 'help', label: t('nav.help'), icon: <IconHelp {...ICON} />, run: () => overlays.open('help') },
    ...LOCALES.map((locale, n) => ({
      id: locale,
      label: <span lang={locale}>{LOCALE_NAMES[locale]}</span>,
      section: n === 0 ? t('nav.language') : undefined,
      hint: i18n.language === locale ? chosen : undefined,
      run: () => void chooseLocale(locale),
    })),
    ...SCHEMES.map(([value, Icon], n) => ({
      id: value,
      label: t(`nav.${value}`),
      icon: <Icon {...ICON} />,
      section: n === 0 ? t('nav.scheme') : undefined,
      hint: value === scheme ? chosen : undefined,
      run: () => void chooseScheme(value),
    })),
    {
      id: 'out',
      label: t('session.signOut'),
      icon: <IconLogout {...ICON} />,
      section: true,
      run: () => void leave(),
    },
  ]
  return (
    <Menu items={items} position="top-start" width={232}>
      <button type="button" className={s.item} title={t('nav.people', { name: user.name })}>
        <Avatar id={user.id} name={user.name} />
        <span>{user.name}</span>
      </button>
    </Menu>
  )
}
