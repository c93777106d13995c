import { expect, test } from 'vitest'
import type { Figures } from '../../data/figures'
import { startWords } from '../../words'
import { figureOf, nameOf } from './written'

test('a period without a row is none, an amount that is in no sum is a dash', async () => {
  await startWords()
  expect([figureOf(undefined, 'money', 'CNY'), figureOf(null, 'money', 'CNY')]).toEqual(['¥0', '–'])
})

test('a group without a value has a word', async () => {
  await startWords()
  const columns = ['dimension', 'label'].map((role) => ({ name: role, label: '', role, unit: null, day: null }))
  const figures = { label: 'Revenue won', columns } as Figures
  expect([nameOf(figures, { label: '' }), nameOf(figures, { label: 'Boats' })]).toEqual(['None', 'Boats'])
})
