import { act } from 'react'
import { afterEach, expect, test } from 'vitest'
import type { ObjectDescription } from '../../meta/describe'
import { made } from '../../test/made-up'
import { button, play, press, seen, serve } from '../../test/stage'
import { speak } from '../../words'
import Known from './known'

const items = Array.from({ length: 8 }, (_, n) => ({ id: `b${n}`, title: `Boat ${n}`, by: ['owner'] }))
const SECTION = { resource: 'boat', count: 12, personal: true, whole: false, items }
const object = { name: 'subject_request', path: '/audit/subject-requests' } as ObjectDescription
const Page = () => <Known object={object} id="r1" open />
const answers = (known: object) => ({ 'GET /meta': () => made, 'GET /audit/subject-requests/r1/inventory': () => known })

afterEach(async () => {
  document.body.replaceChildren()
  await speak('en')
})

test('what the file will not hold is said before it is made, in the reader’s words', async () => {
  serve(answers({ events: 1, sections: [SECTION], left_out: ['boat', 'legal_hold'] }))
  const box = await play(Page, '/o/boat')
  await seen(box, 'The file will not be complete')
  const note = box.querySelector('[role="note"]') as HTMLElement
  expect(note.textContent).toContain('Boats')
  expect(note.textContent).not.toContain('legal_hold')
  expect(note.compareDocumentPosition(box.querySelector('button') as Node) & Node.DOCUMENT_POSITION_FOLLOWING).toBeTruthy()
  await act(() => speak('zh-CN'))
  await seen(box, '文件将不完整')
})

test('records beyond the first few are counted and one press away', async () => {
  serve(answers({ events: 1, sections: [SECTION], left_out: [] }))
  const box = await play(Page, '/o/boat')
  await seen(box, 'Boat 4')
  expect(box.textContent).not.toContain('Boat 5')
  await press(button(box, '… and 7 more'))
  expect(box.textContent).toContain('Boat 7')
  expect(box.textContent).toContain('4 more are not listed here')
})

test('a whole file is given without a warning', async () => {
  serve(answers({ events: 1, sections: [{ ...SECTION, count: 8, whole: true }], left_out: [] }))
  const box = await play(Page, '/o/boat')
  await seen(box, 'Boat 4')
  expect(box.querySelector('[role="note"]')).toBeNull()
})
