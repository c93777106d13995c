import { useQuery } from '@tanstack/react-query'
import { afterEach, expect, test } from 'vitest'
import { get } from '../../api/client'
import { button, play, press, seen, serve } from '../../test/stage'
import { speak } from '../../words'
import { Waiting } from './waiting'

const refused = { status: 403, body: { type: '/problems/forbidden', status: 403, title: '', detail: 'You may not read roles.' } }
const broken = { status: 502, body: '<html>' }
const Page = () => {
  const asked = useQuery({ queryKey: ['boats'], queryFn: () => get<{ name: string }>('/harbour/boats') })
  return (
    <>
      <Waiting on={asked} />
      {asked.data?.name}
    </>
  )
}
const bones = (box: ParentNode) => box.querySelector('[role="status"]')
afterEach(async () => {
  document.body.replaceChildren()
  await speak('en')
})

test('a refusal stands where the answer would, and another try brings it', async () => {
  let answer: unknown = refused
  serve({ 'GET /harbour/boats': () => answer })
  const box = await play(Page, '/o/boat')
  await seen(box, 'You may not read roles.')
  expect(bones(box)).toBeNull()
  expect(box.querySelector('[role="alert"]')).not.toBeNull()
  answer = { body: { name: 'Aurora' } }
  await press(button(box, 'Try again'))
  await seen(box, 'Aurora')
  expect(button(box, 'Try again')).toBeUndefined()
})

test('what is no answer of the suite is said in the person’s language', async () => {
  serve({ 'GET /harbour/boats': () => broken })
  const box = await play(Page, '/o/boat')
  await speak('zh-CN')
  await seen(box, '请稍后')
  expect(bones(box)).toBeNull()
})

test('while it is on its way there are bones and no failure', async () => {
  globalThis.fetch = () => new Promise(() => undefined)
  const box = await play(Page, '/o/boat')
  expect(bones(box)).not.toBeNull()
  expect(box.querySelector('[role="alert"]')).toBeNull()
})
