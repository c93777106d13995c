import { expect, test } from 'vitest'
import { describe as described } from '../../meta/describe'
import type { MetaType } from '../../meta/meta'
import { made } from '../../test/made-up'
import { play, seen, serve } from '../../test/stage'
import { Begun } from './begun'

const boats = described(made.types[0] as MetaType)
const Page = () => <Begun object={boats}>The figures</Begun>

test.each([
  [0, 'No boats yet', 'The figures'],
  [1, 'The figures', 'No boats yet'],
])('with %d records there is: %s', async (count, shown, other) => {
  serve({ 'GET /meta': () => made, 'GET /harbour/boats/count': () => ({ count }) })
  const box = await play(Page, '/o/boat')
  await seen(box, shown)
  expect(box.textContent).not.toContain(other)
  document.body.replaceChildren()
})
