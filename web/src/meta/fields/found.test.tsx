import { expect, test } from 'vitest'
import { made } from '../../test/made-up'
import { play, seen, serve } from '../../test/stage'
import { useFound } from './found'

const user = { ...made.types[0], name: 'user', path: '/identity/users', title: 'name', subtitle: [] }
const AMONG = ['boat', 'user']
let look = (_: string): void => undefined
const Page = () => {
  const { options, setSearch } = useFound(AMONG, [], {})
  look = setSearch
  return <p>{options.map(({ label }) => label).join(', ')}</p>
}

test('users are found among records of other types, by their own list', async () => {
  const asked = serve({
    'GET /meta': () => ({ ...made, types: [...made.types, user] }),
    'GET /search': ({ query }) =>
      query.get('types') === 'boat' ? { items: [{ id: 'b', type: 'boat', title: 'Anna' }] } : { status: 422, body: {} },
    'GET /identity/users': () => ({ items: [{ id: 'u', name: 'Ann Person' }], names: {} }),
  })
  const box = await play(Page, '/o/boat')
  look('Ann')
  await seen(box, 'Anna, Ann Person')
  expect(asked.some(({ path }) => path === '/search')).toBe(true)
})
