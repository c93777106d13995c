import { expect, test } from 'vitest'
import { edited, fileOf, rowsOf, sentAs, together } from './corrections'
import type { RejectedRow } from './use-job'

const BAD: RejectedRow = {
  step: 'people',
  file: 'fair.csv',
  row: 3,
  line: 5,
  cells: { Name: 'Li "L" Lei', Tel: '+1 0', Note: '' },
  errors: [{ field: 'phone', code: 'phone', message: 'no number', column: 'Tel', value: '+1 0' }],
}

test('a row that two steps refuse stands there once, with both mistakes', () => {
  const other = { ...BAD, step: 'firms', errors: [{ field: 'name', code: 'missing', message: 'needed', column: 'Name, Note', value: '' }] }
  const [row, ...more] = rowsOf([BAD, other, BAD])
  expect(more).toEqual([])
  expect(row?.errors.map((one) => one.columns)).toEqual([['Tel'], ['Name', 'Note']])
})

test('a cell that is as it was is no correction', () => {
  const [row] = rowsOf([BAD])
  if (!row) throw new Error('no row')
  const once = edited({}, row, 'Tel', '+86 10')
  expect(once).toEqual({ 3: { Tel: '+86 10' } })
  expect(edited(once, row, 'Tel', '+1 0')).toEqual({})
})

test('later corrections come on top of earlier ones', () => {
  expect(together({ 3: { Tel: 'a', Name: 'b' } }, { 3: { Tel: 'c' }, 4: { Tel: 'd' } })).toEqual({
    3: { Tel: 'c', Name: 'b' },
    4: { Tel: 'd' },
  })
  expect(JSON.parse(sentAs('fair.csv', { 3: { Tel: 'c' } }))).toEqual([{ file: 'fair.csv', row: 3, cells: { Tel: 'c' } }])
})

test('rows that were put right are a file that reads as they stand', async () => {
  const untouched = { ...BAD, row: 9 }
  const file = fileOf('fair.xlsx', rowsOf([BAD, untouched]), { 3: { Tel: '+86 10' } })
  expect(file.name).toBe('fair.xlsx')
  expect(await file.text()).toBe('"Name","Tel","Note"\n"Li ""L"" Lei","\'+86 10",""\n')
})
