import { useQuery } from '@tanstack/react-query'
import { afterEach, expect, test, vi } from 'vitest'
import { made } from '../../test/made-up'
import { button, play, press, rest, seen, serve, type } from '../../test/stage'
import type { Asked } from './answers'
import { TakeBack } from './take-back'
import type { Outcome } from './taking-back'
import { TakingsBack } from './takings-back'

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
    yield { data: JSON.stringify({ id: path.endsWith('preview') ? undefined : 'job-1', doing: 'taking-back', done: 1, total: 3 }) }
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
let left = true
function Emptied() {
  const { data = true } = useQuery({ queryKey: ['left'], queryFn: () => left })
  return <TakeBack asked={{ correlation: 'c1' }} offered={data} onShow={() => undefined} />
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

test('a job goes on when its page is left, and is stopped by its own button', async () => {
  endless = true
  const stopped: string[] = []
  serve({ 'GET /meta': () => made, 'POST /audit/taking-back/job-1/cancel': () => stopped.push('job-1') && {} })
  await press(button(await play(Reading, '/o/boat'), 'Take all of it back…'))
  await seen(document.body, '3 changes of 2 records were found')
  await press(button(document, 'Take 2 changes back'))
  await seen(document.body, 'It goes on when you leave this page')
  expect(document.activeElement?.textContent).toContain('Taking it back.')
  await press(button(document, 'Stop'))
  expect(stopped).toEqual(['job-1'])
  const before = reads
  await press(button(document, 'Close'))
  expect(reads).toBe(before + 1) // some of it has gone back by then
  expect(stopped).toEqual(['job-1'])
})

test('what was taken back is told until it is read, also where nothing is left to take back', async () => {
  serve({ 'GET /meta': () => made })
  const box = await play(Emptied, '/o/boat')
  await press(button(box, 'Take all of it back…'))
  await seen(document.body, '3 changes of 2 records were found')
  left = false
  await press(button(document, 'Take 2 changes back'))
  await seen(document.body, '2 changes were taken back.')
  await rest()
  expect(button(box, 'Take all of it back…')).toBeUndefined()
  expect(document.body.textContent).toContain('2 changes were taken back.')
  await press(button(document, 'Close'))
  expect(document.querySelector('[role=dialog]')).toBeNull()
})

test('jobs are listed with how far they are, and can be come back to', async () => {
  const one = { id: 'job-1', by: 'u1', conditions: {}, started_at: '2026-11-30T10:00:00Z', records: 2, left: 0 }
  serve({
    'GET /meta': () => made,
    'GET /audit/taking-back': () => ({
      items: [
        { ...one, status: 'running', changes: 9, done: 4, undone: 3 },
        { ...one, id: 'job-0', status: 'completed', changes: 5, done: 5, undone: 5 },
      ],
      names: { u1: 'Lin' },
    }),
  })
  const box = await play(() => <TakingsBack onShow={() => undefined} />, '/o/boat')
  await seen(box, 'Running · 4 of 9 changes')
  await seen(box, 'Completed · 5 of 5 changes went back')
  await press(button(box, 'Show'))
  await seen(document.body, '2 changes were taken back.')
  expect(asked).toEqual([{ path: '/audit/taking-back/job-1/events', body: undefined, reason: '' }])
})

test('it is not offered where no person and day are chosen', async () => {
  for (const of of [{ actor: 'u1' }, { since: '2026-11-01' }, { reason: 'x' }]) {
    const box = await stage(of)
    await rest()
    expect(button(box, 'Take all of it back…')).toBeUndefined()
  }
})
