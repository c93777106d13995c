import { afterEach, expect, test } from 'vitest'
import { describe } from '../../meta/describe'
import type { MetaType } from '../../meta/meta'
import { made } from '../../test/made-up'
import { play, serve } from '../../test/stage'
import { Ending } from './ending'

const boat = describe(made.types[0] as MetaType)
const query = { where: { berth: 'North', status: 'open' }, q: 'ann' }
const Page = () => <Ending object={boat} query={query} id="sunk" title="Sunk" tone="bad" lifted={false} />
afterEach(() => document.body.replaceChildren())

test('a way off the path says how many took it, of those that the board asks for', async () => {
  const asked = serve({ 'GET /harbour/boats/count': () => ({ body: { count: 17 } }) })
  const box = await play(Page, '/o/boat')
  expect(box.querySelector('h2')?.textContent).toBe('Sunk17')
  expect(Object.fromEntries(asked.at(-1)?.query ?? [])).toMatchObject({ berth: 'North', status: 'sunk', q: 'ann' })
})
