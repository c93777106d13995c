import { describe, expect, test } from 'vitest'
import type { Action } from '../actions'
import { fitting, marked, score } from './rank'

const action = (title: string, words?: string): Action => ({ id: title, title, words, section: 'go', run: () => undefined })

describe('the palette', () => {
  test.each([
    ['imp', 'Import data', 4],
    ['data', 'Import data', 3],
    ['uberblick', 'Überblick', 4],
    ['客户', '新建客户', 2],
    ['new acc', 'New: Account', 1],
    ['xyz', 'Import data', 0],
  ])('%s in %s', (typed, text, points) => expect(score(typed, text)).toBe(points))

  test('the best first, English names find translated ones', () => {
    const actions = [action('新建客户', 'account'), action('客户', 'account'), action('设置', 'settings')]
    expect(fitting('客户', actions, 5).map((one) => one.id)).toEqual(['客户', '新建客户'])
    expect(fitting('acc', actions, 5)).toHaveLength(2)
  })
  test('matches are cut out', () =>
    expect(marked('Li Na', [[3, 5]])).toEqual([
      ['Li ', false],
      ['Na', true],
    ]))
})
