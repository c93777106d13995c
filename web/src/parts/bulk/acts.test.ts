import { describe, expect, test } from 'vitest'
import type { MetaCommand } from '../../meta/meta'
import { bulkWords, targets } from './acts'

describe('bulk acts', () => {
  test('some records go by their ids', () =>
    expect(targets({ filter: { field: 'a' } }, { ids: new Set(['x', 'y']), all: false }, 9)).toEqual({ ids: ['x', 'y'] }))
  test('all go by the question and the count, never by ids', () =>
    expect(
      targets({ filter: { field: 'a', value: 1 }, q: 'ann', where: { archived: 'true' } }, { ids: new Set(['x']), all: true }, 4812),
    ).toEqual({
      filters: { filter: { field: 'a', value: 1 }, q: 'ann', archived: 'true' },
      expected_count: 4812,
    }))
  test('what is not allowed is not offered', () => {
    const command = (in_bulk: string, allowed: boolean) => ({ in_bulk, allowed }) as MetaCommand
    expect([...bulkWords([command('tag', true), command('assign', false)]).keys()]).toEqual(['tag'])
  })
})
