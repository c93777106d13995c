import { lazy } from 'react'
import type { Override } from '../meta/describe'
import { isEmpty } from '../meta/meta'

export const account: Override = {
  dialogs: {
    'customer.MergeAccounts': lazy(() => import('../parts/merge/merge')),
    'customer.UnmergeAccounts': lazy(() => import('../parts/merge/unmerge')),
  },
  sensible: { 'customer.UnmergeAccounts': (record) => !isEmpty(record.absorbed) },
}
