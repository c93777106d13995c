import { expect, test } from 'vitest'
import { describe as described } from '../../meta/describe'
import { made } from '../../test/made-up'
import { looked } from '../views/model'
import { queryOfList } from './asked'

const boats = described(made.types[0] as (typeof made.types)[0])
const fieldsOf = (search: { sort?: string; group?: string; cols?: string }) =>
  queryOfList(boats, search, looked(boats, search)).fields?.toSorted()

test('a list asks for what gives its rows their places, whatever its columns are', () => {
  const plain = fieldsOf({ cols: 'name' }) ?? []
  expect(plain).not.toContain('launched')
  const asked = fieldsOf({ cols: 'name', sort: '-updated_at,unknown', group: 'launched:month' })
  expect(asked).toEqual([...plain, 'launched', 'updated_at'].toSorted())
})

test('columns of custom fields ask for their values alone', () => {
  const asked = fieldsOf({ cols: 'name,custom.flag' }) ?? []
  expect(asked).toEqual(expect.arrayContaining(['custom.flag', 'formulas']))
  expect(asked).not.toContain('custom')
})
