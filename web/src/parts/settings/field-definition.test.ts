import { expect, test } from 'vitest'
import { bodyOf, type FieldDefinition, slugOf } from './field-definition'

const FORM: FieldDefinition = {
  id: '',
  resource: 'account',
  name: '',
  kind: 'keyword',
  zh: '等级',
  en: 'Tier (A–C)',
  titles: { 'zh-TW': '等級', en: '' },
  options: ['A', ' ', 'B'],
  option_titles: { A: { 'zh-TW': '最佳', en: '' }, gone: { en: 'Gone' } },
  required: false,
  sensitive: true,
  ref: '',
  formula: '',
  archived: false,
}

test.each([
  ['Tier (A–C)', 'tier_a_c'],
  ['3 Größen', 'gro_en'],
  ['等级', ''],
])('%s is called %s by programs', (label, name) => {
  expect(slugOf(label)).toBe(name)
})

test('a new field is sent with its place, its labels and those of its options', () => {
  expect(bodyOf(FORM)).toEqual({
    resource: 'account',
    name: 'tier_a_c',
    kind: 'keyword',
    zh: '等级',
    en: 'Tier (A–C)',
    titles: { 'zh-TW': '等級' },
    required: false,
    sensitive: true,
    options: ['A', 'B'],
    option_titles: { A: { 'zh-TW': '最佳' } },
  })
})

test('a change leaves out what never changes, and one label stands for a missing one', () => {
  const body = bodyOf({ ...FORM, kind: 'reference', ref: 'user', en: '' }, FORM)
  expect(body).toEqual({ zh: '等级', en: '等级', titles: { 'zh-TW': '等級' }, required: false, sensitive: true })
  expect(bodyOf({ ...FORM, name: 'boss', kind: 'reference', ref: 'user' })).toMatchObject({ name: 'boss', ref: 'user' })
})
