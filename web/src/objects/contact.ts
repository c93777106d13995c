import { lazy } from 'react'
import type { Override } from '../meta/describe'
import { isEmpty } from '../meta/meta'

export const contact: Override = {
  dialogs: {
    'customer.MergeContacts': lazy(() => import('../parts/merge/merge')),
    'customer.UnmergeContacts': lazy(() => import('../parts/merge/unmerge')),
  },
  sensible: { 'customer.UnmergeContacts': (record) => !isEmpty(record.absorbed) },
}
