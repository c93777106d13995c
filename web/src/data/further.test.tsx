import { act, useState } from 'react'
import { expect, test } from 'vitest'
import { describe as described } from '../meta/describe'
import { made } from '../test/made-up'
import { play, rest, seen, serve } from '../test/stage'
import { useFurther } from './further'
import type { BoardQuery } from './keys'

const boats = described(made.types[0] as (typeof made.types)[0])
const groups = [{ key: 'afloat', count: 9, cards: [], next: 'below' }]
const [ada, bea]: BoardQuery[] = [
  { by: 'status', q: 'ada' },
  { by: 'status', q: 'bea' },
]

test('what was read below a column belongs to its question alone', async () => {
  const asked = serve({
    'GET /harbour/boats': ({ query }) =>
      query.get('q') === 'ada' ? { items: [{ id: 'Ada', version: 1 }], next: null, names: {} } : { status: 500, body: {} },
  })
  let ask: (query: BoardQuery) => void = () => undefined
  const box = await play(() => {
    const [query, set] = useState(ada as BoardQuery)
    ask = set
    const further = useFurther(boats, query, groups, { afloat: 1 })
    return <p>{further.groups[0]?.cards?.map((card) => card.id).join() || 'nothing'}</p>
  }, '/o/boat')
  await seen(box, 'Ada')
  await act(async () => ask(bea as BoardQuery))
  await rest()
  expect(asked.at(-1)?.query.get('q')).toBe('bea')
  expect(box.textContent).toBe('nothing')
})
