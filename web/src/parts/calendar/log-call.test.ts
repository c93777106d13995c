import { expect, test } from 'vitest'
import { offeredOf } from './log-call'

const found = (...ids: string[]) => ids.map((id) => ({ type: 'contact', id, title: id }))

test('besides what was opened last stand the newest contacts, each once, until a word is typed', () => {
  const ids = (known: string[], typed = '') => offeredOf(found(...known), found('b', 'a', 'c'), typed).map((one) => one.id)
  expect(ids(['a'])).toEqual(['a', 'b', 'c'])
  expect(ids(['a'], 'typed')).toEqual(['a'])
  expect(ids(['1', '2', '3', '4', '5', '6', '7'])).toEqual(['1', '2', '3', '4', '5', '6', '7', 'b'])
})
