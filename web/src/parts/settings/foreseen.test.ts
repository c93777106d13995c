import { expect, test } from 'vitest'
import { byResource, changedOf } from './foreseen'

test('only what differs is asked about, and nothing where nothing does', () => {
  const before = { roles: ['rep'], teams: ['north'], manager: null as string | null }
  expect(changedOf(before, { ...before, teams: ['north', 'south'] })).toEqual({ teams: ['north', 'south'] })
  expect(changedOf({ ...before, manager: 'ada' }, before)).toEqual({ manager: null })
  expect(changedOf(before, { ...before })).toBeUndefined()
})

test('rights stand together by what they are about', () => {
  const right = (resource: string, action: string) => ({ resource, action, before: 'none' as const, after: 'all' as const })
  expect(byResource([right('account', 'read'), right('lead', 'read'), right('account', 'edit')])).toEqual([
    { resource: 'account', actions: ['read', 'edit'] },
    { resource: 'lead', actions: ['read'] },
  ])
})
