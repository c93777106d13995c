import { act } from 'react'
import { afterEach, expect, test } from 'vitest'
import { made } from '../../test/made-up'
import { play, seen, serve } from '../../test/stage'
import { speak } from '../../words'
import type { Head } from './answers'
import { ReadDetail, ReadLine } from './read'

const record = (id: string, title: string) => ({ id, title, type: 'boat', times: 1 })
const READ = {
  resource: 'boat',
  records: [record('b1', 'Aurora'), record('b2', 'Borealis')],
  count: 2,
  fields: ['price', 'berth'],
  route: '',
  action: 'export',
  text: '',
} as unknown as NonNullable<Head['read']>
const Page = () => (
  <>
    <ReadLine read={READ} />
    <ReadDetail read={READ} />
  </>
)
afterEach(async () => {
  document.body.replaceChildren()
  await speak('en')
})

test('what was read and which right was missing is said in the reader’s words', async () => {
  serve({ 'GET /meta': () => made })
  const box = await play(Page, '/o/boat')
  await seen(box, 'Aurora, Borealis')
  expect(box.textContent).toContain('Boats')
  await seen(box, 'Export')
  await act(() => speak('zh-CN'))
  await seen(box, 'Aurora、Borealis')
  await seen(box, '导出')
  expect(box.textContent).not.toContain('export')
})
