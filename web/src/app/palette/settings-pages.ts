import { IconSettings } from '@tabler/icons-react'
import { useNavigate } from '@tanstack/react-router'
import { useMemo } from 'react'
import { groupsFor } from '../../parts/settings/pages'
import { useTranslation } from '../../words'
import type { Action } from '../actions'
import { useMe } from '../session'

/** Each page of the settings that the person may open, by its name. */
export function useSettingsPages(): Action[] {
  const { t } = useTranslation()
  const me = useMe()
  const go = useNavigate()
  return useMemo(
    () =>
      groupsFor(me).flatMap((group) =>
        group.pages.map(
          (page): Action => ({
            id: `settings ${page}`,
            section: 'settings',
            title: t(`settings.pages.${page}`),
            words: `${t('settings.title')} ${t(`settings.groups.${group.name}`)}`,
            icon: IconSettings,
            run: () => void go({ to: '/settings/{-$page}', params: { page } }),
          }),
        ),
      ),
    [me, t, go],
  )
}
