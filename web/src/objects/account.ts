import type { Override } from '../meta/describe'

export const account: Override = {
  elsewhere: ['customer.MergeAccounts', 'customer.UnmergeAccounts'],
  merge: { merge: 'customer.MergeAccounts', unmerge: 'customer.UnmergeAccounts' },
}
