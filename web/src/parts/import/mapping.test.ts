import { expect, test } from 'vitest'
import { allowing, fieldFor, type Inspected, type Mapping, sent, startOf } from './mapping'

const MAPPING: Mapping = {
  name: 'fair.csv',
  steps: [
    { name: 'accounts', resource: 'account', file: 'fair.csv', mode: 'upsert', fields: { name: 'Company' } },
    {
      name: 'contacts',
      resource: 'contact',
      file: 'fair.csv',
      fields: { name: 'Name', phone: { column: 'Tel', split: ';' }, account: { column: 'Company' } },
    },
  ],
}
const fields = (mapping: Mapping) => mapping.steps.map((step) => step.fields)

test('a column goes to another field, and no longer to the one before', () => {
  expect(fields(sent(MAPPING, 'contact', 'Tel', 'fax'))).toEqual([
    { name: 'Company' },
    { name: 'Name', account: { column: 'Company' }, fax: 'Tel' },
  ])
})

test('a column of the company goes to its step, custom fields to their own record', () => {
  expect(fields(sent(MAPPING, 'contact', 'Tel', 'account.phone'))[0]).toEqual({ name: 'Company', phone: 'Tel' })
  expect(fields(sent(MAPPING, 'contact', 'Tel', 'custom.tier'))[1]).toMatchObject({ 'custom.tier': 'Tel' })
})

test('a column that is left out takes an empty step with it', () => {
  expect(fields(sent(MAPPING, 'contact', 'Company', ''))).toEqual([{ name: 'Name', phone: { column: 'Tel', split: ';' } }])
})

test('without a proposal it begins with one step', () => {
  const found = { name: 'x.csv', resource: 'lead', suggestion: {} } as Inspected
  const start = startOf(found)
  expect(fields(sent(start, 'lead', 'Who', 'name'))).toEqual([{ name: 'Who' }])
  expect(start.steps[0]?.file).toBe('x.csv')
})

test('a kept mapping says where each column goes', () => {
  expect(['Company', 'Tel', 'Fax'].map((column) => fieldFor(MAPPING, 'contact', column))).toEqual(['account.name', 'phone', ''])
})

test('what may exist already is made all the same, where a step makes records whose type allows it', () => {
  const steps = [...MAPPING.steps, { name: 'later', resource: 'account', mode: 'update', fields: { phone: 'Tel' } }]
  const made = allowing({ ...MAPPING, steps }, (resource) => resource === 'account')
  expect(fields(made).map((each) => 'allow_duplicate' in each)).toEqual([true, false, false])
  expect(fields(made)[0]).toEqual({ name: 'Company', allow_duplicate: { constant: true } })
})
