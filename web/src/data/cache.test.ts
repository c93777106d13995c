import { QueryClient } from '@tanstack/react-query'
import { expect, test } from 'vitest'
import { patchHeld } from './cache'
import { keys } from './keys'

test('what was confirmed a moment ago covers nothing that others have done since', () => {
  const client = new QueryClient()
  const [one, list] = [keys.one('boat', 'b1', {}), keys.list('boat', {}, {}, 0)]
  client.setQueryData(one, { record: { id: 'b1', version: 3, name: 'Theirs' } })
  client.setQueryData(list, { items: [{ id: 'b1', version: 1, name: 'Before' }] })
  patchHeld(client, 'boat', 'b1', { name: 'Mine', version: 2 })
  expect(client.getQueryData(one)).toMatchObject({ record: { name: 'Theirs', version: 3 } })
  expect(client.getQueryData(list)).toMatchObject({ items: [{ name: 'Mine', version: 2 }] })
})
