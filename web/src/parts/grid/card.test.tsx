import { afterEach, expect, test } from 'vitest'
import { describe as described } from '../../meta/describe'
import type { MetaType } from '../../meta/meta'
import { useShow } from '../../meta/show'
import { made } from '../../test/made-up'
import { play, seen, serve } from '../../test/stage'
import { setZone } from '../../ui/format'
import { RowCard } from './card'

const [type] = structuredClone(made).types as [MetaType]
type.layouts.list = ['name', 'updated_at']
const boats = described({ ...type, fields: type.fields.map((one) => (one.name === 'updated_at' ? { ...one, name: 'due' } : one)) })
const due = { ...boats, layouts: { ...boats.layouts, list: ['name', 'due'], listSmall: ['name', 'due'] } }
const year = new Date().getUTCFullYear()
const Page = () => (
  <>
    <Card at={`${year}-06-30T15:59:00Z`} />
    <Card at={`${year + 1}-06-30T16:01:00Z`} />
  </>
)
const Card = ({ at }: { at: string }) => (
  <RowCard
    object={due}
    show={useShow(due)}
    record={{ id: 'b1', version: 1, name: 'Aurora', due: at }}
    failed={false}
    names={{}}
    place={0}
    top={0}
    picking={false}
    picked={false}
    onOpen={() => undefined}
    onPick={() => undefined}
  />
)
afterEach(() => {
  setZone('')
  document.body.replaceChildren()
})

test('a card says the day of a moment, with the year where it is not this one', async () => {
  serve({ 'GET /meta': () => made })
  setZone('Asia/Shanghai')
  const box = await play(Page, '/o/boat')
  await seen(box, 'Aurora')
  expect([...box.querySelectorAll('b')].map((one) => one.textContent)).toEqual(['Jun 30', `Jul 1, ${year + 1}`])
})
