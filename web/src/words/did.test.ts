import { expect, test } from 'vitest'
import { did } from './did'

test('an order becomes what was done, and Chinese verbs stay as they are', () => {
  const labels = [
    'Qualify',
    'Mark as won',
    'Set the role of a contact',
    'New deal',
    'Undo the merge',
    'No longer keep it',
    'Stop sharing',
    'Reset two-step sign-in',
  ]
  expect(labels.map((label) => did(label, 'en'))).toEqual([
    'qualified',
    'marked as won',
    'set the role of a contact',
    'made a new deal',
    'undid the merge',
    'no longer kept it',
    'stopped sharing',
    'reset two-step sign-in',
  ])
  expect(did('标记为赢单', 'zh-CN')).toBe('标记为赢单')
})
