import { useNavigate } from '@tanstack/react-router'
import { useMemo } from 'react'
import { type Action, useActions } from '../../app/actions'
import type { ObjectDescription } from '../../meta/describe'
import { useTranslation } from '../../words'
import { neighbourOf } from '../list/order'
import type { Tab } from './record-view'

/** Keys of a record's page: the records before and after it in the list that one came from, and the next tab. */
export function useRecordKeys(object: ObjectDescription, id: string, tabs: Tab[], shown: Tab, onTab: (tab: Tab) => void): void {
  const { t } = useTranslation()
  const go = useNavigate()
  const names = tabs.join()
  // biome-ignore lint/correctness/useExhaustiveDependencies: the tabs are another array each time, their names are not
  const actions = useMemo((): Action[] => {
    const leaf = (step: 1 | -1) => {
      const next = neighbourOf(object.name, id, step)
      if (next)
        void go({ to: '/o/$type/$id', params: { type: object.name, id: next }, search: ((was: object) => was) as never, replace: true })
    }
    const next = tabs[(tabs.indexOf(shown) + 1) % tabs.length] ?? shown
    return [
      { id: 'record-before', section: 'page', title: t('record.key.before'), keys: 'mod+arrowleft', hidden: true, run: () => leaf(-1) },
      { id: 'record-after', section: 'page', title: t('record.key.after'), keys: 'mod+arrowright', hidden: true, run: () => leaf(1) },
      { id: 'record-tab', section: 'page', title: t('record.key.tab'), keys: 'mod+\\', hidden: true, run: () => onTab(next) },
    ]
  }, [t, go, object.name, id, names, shown, onTab])
  useActions(actions)
}
