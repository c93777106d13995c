import type { Override } from '../meta/describe'

export const contact: Override = {
  elsewhere: ['customer.MergeContacts', 'customer.UnmergeContacts'],
  merge: { merge: 'customer.MergeContacts', unmerge: 'customer.UnmergeContacts' },
}
