import { expect, test } from 'vitest'
import { made } from '../test/made-up'
import { bodyOf, inputsOf, patchOf, together, typesOf } from './describe'
import { applies, type Doc } from './meta'

const types = typesOf(made)
const boat = types.type('boat')
if (boat === undefined) throw new Error('no boat')
const record = {
  id: 'b1',
  version: 3,
  name: 'Aurora',
  status: 'afloat',
  price: '10.00',
  currency: 'EUR',
  tags: ['old', 'red'],
  archived: false,
} as Doc
const field = (name: string) => {
  const found = boat.field(name)
  if (found === undefined) throw new Error(name)
  return found
}

test('a record type is found by its name and by its part of a path', () => {
  expect(types.type('boats')).toBe(boat)
  expect(types.type('nothing')).toBeUndefined()
  expect(boat.create?.name).toBe('harbour.BuildBoat')
  expect(boat.edit?.name).toBe('harbour.ChangeBoatDetails')
})

test.each([
  ['name', 'harbour.ChangeBoatDetails', { name: 'Nova' }, 'Nova'],
  ['price', 'harbour.SetPrice', { price: '12', currency: 'EUR' }, '12'],
  ['berth', 'harbour.Moor', { place: 'A1' }, 'A1'],
  ['tags', 'harbour.TagBoat', { add: ['new'], remove: ['old'] }, ['red', 'new']],
  ['custom.flag', 'harbour.ChangeBoatDetails', { custom: { flag: 'NO' } }, 'NO'],
  ['custom.flag', 'harbour.ChangeBoatDetails', { custom: { flag: null } }, ''],
])('%s is changed by %s with %j', (name, command, body, value) => {
  expect(field(name).editor?.command.name).toBe(command)
  expect(bodyOf(field(name), value, record)).toEqual(body)
})

test('custom values of several fields stand within one', () => {
  const parts = [patchOf(field('name'), 'Nova'), patchOf(field('custom.flag'), 'NO'), { custom: { depth: '2' } }]
  expect(together(parts)).toEqual({ name: 'Nova', custom: { flag: 'NO', depth: '2' } })
})

test('what nothing changes has no editor, and what is custom is shown within custom', () => {
  expect(field('status').editor).toBeUndefined()
  expect(patchOf(field('custom.flag'), 'NO')).toEqual({ custom: { flag: 'NO' } })
})

test('a command asks for its inputs as fields are drawn; JSON has no input', () => {
  const moor = boat.command('harbour.Moor')
  const build = boat.command('harbour.BuildBoat')
  if (!moor || !build) throw new Error('no command')
  expect(inputsOf(boat, moor)).toMatchObject([{ name: 'place', label: 'Berth', required: true }])
  expect(inputsOf(boat, build).map((input) => [input.name, input.show])).toEqual([
    ['name', 'text'],
    ['price', 'money'],
    ['currency', 'code'],
    ['owner', 'ref'],
  ])
})

test('a button stands where its command applies', () => {
  const sink = boat.command('harbour.Sink')
  if (!sink) throw new Error('no command')
  expect(applies(sink, record)).toBe(true)
  expect(applies(sink, { ...record, status: 'sunk' })).toBe(false)
  expect(applies({ ...sink, allowed: false }, record)).toBe(false)
})
