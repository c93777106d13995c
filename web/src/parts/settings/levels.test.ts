import { describe, expect, test } from 'vitest'
import { changesOf, floorOf, type Grants, levelOf, withLevel } from './levels'

const GRANTS: Grants = { account: { read: 'team', edit: 'own' }, '*': { read: 'own' }, deal: { '*': 'below' } }

describe('levels of a role', () => {
  test.each([
    ['account', 'read', 'team'],
    ['account', 'edit', 'own'],
    ['account', 'erase', 'none'],
    ['lead', 'read', 'own'],
    ['deal', 'read', 'below'],
    ['deal', 'merge', 'below'],
  ])('%s, %s: %s', (type, action, level) => {
    expect(levelOf(GRANTS, type, action)).toBe(level)
  })
  test('a cell is changed alone, and an empty row goes', () => {
    expect(withLevel(GRANTS, 'account', 'edit', 'all').account).toEqual({ read: 'team', edit: 'all' })
    expect(withLevel({ account: { read: 'all' } }, 'account', 'read', 'none')).toEqual({})
    expect(floorOf(GRANTS, 'account', 'read')).toBe('own')
    expect(floorOf(GRANTS, 'deal', 'erase')).toBe('below')
  })
  test('changes are those that take effect', () => {
    const after = withLevel(withLevel(GRANTS, 'account', 'read', 'none'), 'account', 'edit', 'team')
    expect(changesOf(GRANTS, after, ['account', 'deal'])).toEqual([
      { type: 'account', action: 'read', from: 'team', to: 'own' },
      { type: 'account', action: 'edit', from: 'own', to: 'team' },
    ])
  })
})
