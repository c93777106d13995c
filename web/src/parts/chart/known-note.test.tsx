import { afterEach, expect, test } from 'vitest'
import { useAsked } from '../../data/figures'
import { play } from '../../test/stage'
import { setZone } from '../../ui/format'
import { KnownNote } from './known-note'

const Page = () => (
  <>
    <p>{String(useAsked({}).as_of)}</p>
    <KnownNote />
  </>
)
const note = (box: HTMLElement) => box.querySelector('[role="note"]')?.textContent
afterEach(() => {
  setZone('')
  document.body.replaceChildren()
})

test('figures say that they are not by what was known then', async () => {
  expect(note(await play(Page, '/o/boat?known=2026-03-05'))).toContain('known today')
})

test('figures of a moment are those of its day at the reader, and need no note', async () => {
  setZone('Asia/Shanghai')
  const box = await play(Page, '/o/boat?at=2026-06-30T17:00:00Z')
  expect(box.querySelector('p')?.textContent).toBe('2026-07-01')
  expect(note(box)).toBeUndefined()
})
