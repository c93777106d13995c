import { afterEach, expect, test } from 'vitest'
import { useObject } from '../../meta/use-types'
import { made } from '../../test/made-up'
import { play, seen, serve } from '../../test/stage'
import { useFilterNames } from './use-names'

const ids = Array.from({ length: 450 }, (_, n) => `b${n}`)
const Page = () => {
  const object = useObject('boat')
  return object && <Named object={object} />
}
const Named = ({ object }: { object: NonNullable<ReturnType<typeof useObject>> }) => {
  const names = useFilterNames(object, { field: 'sister', op: 'in', value: ids })
  return <p>{ids.filter((id) => names[id] === `Boat ${id}`).length} named</p>
}
afterEach(() => document.body.replaceChildren())

test('every record that a filter names has its title, however many there are', async () => {
  const asked = serve({
    'GET /meta': () => made,
    'GET /harbour/boats': ({ query }) => {
      const [{ value }] = JSON.parse(query.get('filter') ?? '').all
      return { items: value.map((id: string) => ({ id, name: `Boat ${id}` })), next: null }
    },
  })
  const box = await play(Page, '/o/boat')
  await seen(box, '450 named')
  const addresses = asked.filter(({ path }) => path === '/harbour/boats').map(({ query }) => query.toString().length)
  expect(Math.max(...addresses)).toBeLessThan(8_000) // what servers and proxies let through
})
