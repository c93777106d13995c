import { expect, it } from 'vitest'
import { touchedOf, without } from './clashes'

const base = { id: 'a', version: 1, name: 'Acme', custom: { tier: 'gold', region: 'north' } }
const theirs = { ...base, version: 2, custom: { tier: 'silver', region: 'north' } }

it('lets two people change different custom fields of one record', () => {
  expect(touchedOf({ custom: { region: 'south' } }, base, theirs)).toEqual([])
})

it('asks about the one custom field that both have changed', () => {
  expect(touchedOf({ name: 'Acme Ltd', custom: { tier: 'bronze', region: 'south' } }, base, theirs)).toEqual(['custom.tier'])
  expect(touchedOf({ custom: { tier: 'silver' } }, base, theirs)).toEqual([]) // both meant the same
})

it('leaves out of a body what stays theirs, and nothing else', () => {
  expect(without({ name: 'Acme Ltd', custom: { tier: 'bronze', region: 'south' } }, ['custom.tier'])).toEqual({
    name: 'Acme Ltd',
    custom: { region: 'south' },
  })
  expect(without({ name: 'Acme Ltd', custom: { tier: 'bronze' } }, ['name', 'custom.tier'])).toEqual({})
})
