import { afterEach, expect, test } from 'vitest'
import { useShow } from '../../meta/show'
import { useObject } from '../../meta/use-types'
import { made } from '../../test/made-up'
import { button, play, press, rest, seen, serve } from '../../test/stage'
import { Grid } from './grid'

const SECTIONS = [{ id: '', count: 2 }]
const Page = () => {
  const object = useObject('boat')
  return object && <Rows object={object} />
}
const Rows = ({ object }: { object: NonNullable<ReturnType<typeof useObject>> }) => (
  <Grid
    object={object}
    show={useShow(object)}
    query={{}}
    sections={SECTIONS}
    marks={new Map()}
    columns={[]}
    sort=""
    onSort={() => undefined}
    onWidth={() => undefined}
    selection={{ ids: new Set(), all: false }}
    onSelect={() => undefined}
    picking={false}
    onOpen={() => undefined}
    onClose={() => undefined}
  />
)
afterEach(() => document.body.replaceChildren())

test.each([
  [403, 'forbidden', 'You may not read boats.', 'You may not read boats.'],
  [404, 'not-found', 'There is no such list.', 'There is no such list.'],
  [500, 'unexpected', '', 'Try again in a moment.'],
])('rows refused with %i say why, and another try brings them', async (status, kind, detail, said) => {
  let answer: unknown = { status, body: { type: `/problems/${kind}`, status, title: '', detail } }
  serve({ 'GET /meta': () => made, 'GET /harbour/boats': () => answer })
  const box = await play(Page, '/o/boat')
  await seen(box, said)
  expect(box.querySelector('[role="alert"]')?.textContent).toContain('Some rows could not be read.')
  answer = { body: { items: [{ id: 'b1', version: 1, name: 'Aurora' }], next: null, names: {} } }
  await press(button(box, 'Try again'))
  await rest()
  expect(box.querySelector('[role="alert"]')).toBeNull()
})
