import { useQuery } from '@tanstack/react-query'
import { afterEach, expect, test, vi } from 'vitest'
import { made } from '../../test/made-up'
import { button, play, press, rest, seen, serve, type } from '../../test/stage'
import type { Asked } from './answers'
import { TakeBack } from './take-back'
import type { Outcome } from './taking-back'

const asked: { path: string; body: unknown; reason?: string }[] = []
const outcome: Outcome = {
  act: '',
  up_to: 42,
  changes: 3,
  records: 2,
  undone: 2,
  left: 1,
  reasons: [{ code: 'forbidden', message: 'you may not take this change back', count: 1 }],
  items: [],
  names: {},
}
let endless = false
vi.mock('../../api/stream', () => ({
  events: async function* (path: string, { body, reason, signal }: { body: unknown; reason?: string; signal: AbortSignal }) {
    asked.push({ path, body, reason })
    yield { data: JSON.stringify({ doing: 'taking-back', done: 1, total: 3 }) }
    if (endless && !path.endsWith('preview'))
      await new Promise((_, end) => signal.addEventListener('abort', () => end(new DOMException('', 'AbortError'))))
    yield { data: JSON.stringify({ ...outcome, act: path.endsWith('preview') ? '' : 'act-1' }) }
  },
}))
afterEach(() => {
  document.body.replaceChildren()
  asked.length = 0
  endless = false
})
let reads = 0
function Reading() {
  useQuery({ queryKey: ['boat'], queryFn: () => ++reads })
  return <TakeBack asked={{ correlation: 'c1' }} onShow={() => undefined} />
}
const stage = (of: Asked, onShow: (asked: Asked) => void = () => undefined) => {
  serve({ 'GET /meta': () => made })
  return play(() => <TakeBack asked={of} onShow={onShow} />, '/o/boat')
}

test('what would go back is shown first, and goes back up to there', async () => {
  const shown = vi.fn()
  const search = { actor: 'u1', since: '2026-11-01' }
  await press(button(await stage(search, shown), 'Take all of it back…'))
  await seen(document.body, '3 changes of 2 records were found; 2 would go back.')
  expect(document.body.textContent).toContain('you may not take this change back')
  expect(asked).toEqual([{ path: '/audit/taking-back/preview', body: search, reason: '' }])
  await type(document.querySelector('[role=dialog] input') as HTMLInputElement, ' Left us ')
  await press(button(document, 'Take 2 changes back'))
  await seen(document.body, '2 changes were taken back.')
  expect(asked.at(-1)).toEqual({ path: '/audit/taking-back', body: { ...search, up_to: 42 }, reason: 'Left us' })
  await press(button(document, 'Show what this did'))
  expect(shown).toHaveBeenCalledWith({ correlation: 'act-1' })
})

test('what was stopped half way is read again: some of it has gone back', async () => {
  endless = true
  serve({ 'GET /meta': () => made })
  await press(button(await play(Reading, '/o/boat'), 'Take all of it back…'))
  await seen(document.body, '3 changes of 2 records were found')
  await press(button(document, 'Take 2 changes back'))
  await seen(document.body, 'Taking it back.')
  expect(document.activeElement?.textContent).toContain('Taking it back.')
  const before = reads
  await press(button(document, 'Stop'))
  expect(reads).toBe(before + 1)
})

test('it is not offered where it would take more back than is shown, or no person and day are chosen', async () => {
  for (const of of [{ actor: 'u1' }, { since: '2026-11-01' }, { actor: 'u1', since: '2026-11-01', reason: 'x' }]) {
    const box = await stage(of)
    await rest()
    expect(button(box, 'Take all of it back…')).toBeUndefined()
  }
})
