import { describe, expect, test } from 'vitest'
import { layout } from './layout'

const sections = [
  { id: 'a', title: 'A', count: 3 },
  { id: 'b', title: 'B', count: 100_000 },
  { id: 'c', title: 'C', count: 1 },
]
const at = (closed: string[], place: number) => {
  const line = layout(sections, new Set(closed)).at(place)
  return line && (line.kind === 'head' ? `${line.section.id}` : `${line.section.id}${line.index}`)
}

describe('the lines of a list', () => {
  test('one section without a heading', () => {
    const plain = layout([{ id: '', count: 5 }], new Set())
    expect([plain.total, plain.at(4), plain.at(5)]).toMatchObject([5, { kind: 'row', index: 4 }, undefined])
  })
  test.each([
    [[], 0, 'a'],
    [[], 3, 'a2'],
    [[], 4, 'b'],
    [[], 100_004, 'b99999'],
    [[], 100_005, 'c'],
    [['b'], 4, 'b'],
    [['b'], 5, 'c'],
    [['a', 'b', 'c'], 2, 'c'],
    [['a', 'b', 'c'], 3, undefined],
  ])('with %j closed, %i is %s', (closed, place, wanted) => expect(at(closed, place)).toBe(wanted))
  test('places are found again', () => expect(layout(sections, new Set(['a'])).placeOf('b', 7)).toBe(9))
})
