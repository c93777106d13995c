import { afterEach, expect, test, vi } from 'vitest'
import { useObject, useTypes } from '../../meta/use-types'
import { RecordView } from '../../parts/record/record-view'
import { Strip } from '../../parts/time/strip'
import { made } from '../../test/made-up'
import { play, rest, seen, serve } from '../../test/stage'
import { allActions, doubleKeys } from '../actions'
import { useShellActions } from '../shell/go'
import { capsOf, listenToKeys } from '../shortcuts'
import ShortcutSheet from './shortcut-sheet'

const me = { rights: { analytics: { read: true } } }
vi.mock('../session', async (original) => ({ ...(await original<object>()), useMe: () => me }))

const boat = { id: 'b1', version: 1, name: 'Aurora', status: 'afloat', archived: false, tags: [] }
const stops = ['2026-01-01', '2026-02-01'].map((at) => ({ at, count: 1, label: at }))
function Record() {
  const object = useObject('boat')
  return object && <RecordView object={object} id="b1" onTab={() => undefined} />
}
function Page() {
  useShellActions(useTypes())
  return (
    <>
      <Record />
      <Strip stops={stops} />
      <ShortcutSheet onClose={() => undefined} />
    </>
  )
}
afterEach(() => document.body.replaceChildren())

/** `mod+s`, `g a`, `[`: as a keyboard sends it. */
function hit(keys: string): void {
  for (const one of keys.split(' ')) {
    const parts = one.split('+')
    const key = parts.pop() as string
    const event = { key, ctrlKey: parts.includes('mod'), shiftKey: parts.includes('shift'), bubbles: true, cancelable: true }
    document.body.dispatchEvent(new KeyboardEvent('keydown', event))
  }
}

test('each key of the sheet does what the sheet says, and none does two things', async () => {
  serve({
    'GET /meta': () => made,
    'GET /harbour/boats/b1': () => ({ ...boat, names: {}, rights: { edit: true, commands: {} } }),
    'GET /harbour/boats/b1/timeline': () => ({ items: [], next: null }),
    'GET /harbour/boats/b1/history': () => ({ items: [], next: null }),
  })
  await play(Page, '/o/boat/b1')
  await seen(document.body, 'Aurora')
  const stop = listenToKeys(() => true)
  const bound = allActions().filter((action) => action.keys)
  const sheet = document.querySelector('[role=dialog]')
  const shown = [...(sheet?.querySelectorAll('dl > div') ?? [])].map((row) => [
    row.querySelector('dt')?.textContent,
    [...row.querySelectorAll('kbd')].map((cap) => cap.textContent).join(' '),
  ])
  expect(shown.toSorted()).toEqual(bound.map((action) => [action.title, capsOf(action.keys ?? '').join(' ')]).toSorted())
  expect(bound.map((action) => action.keys)).toEqual(
    expect.arrayContaining(['mod+s', 'mod+arrowleft', 'mod+arrowright', 'mod+\\', '[', '?']),
  )
  expect(doubleKeys(allActions())).toEqual([])
  for (const dialog of document.querySelectorAll('[role=dialog]')) dialog.removeAttribute('aria-modal') // keys rest below a dialog
  for (const action of bound) {
    const run = vi.spyOn(action, 'run').mockImplementation(() => undefined)
    hit(action.keys as string)
    expect(run, action.keys).toHaveBeenCalledOnce()
    await rest(0)
  }
  stop()
})
