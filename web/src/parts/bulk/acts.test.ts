import { afterEach, describe, expect, test, vi } from 'vitest'
import type { MetaCommand } from '../../meta/meta'
import { bulkWords, run, targets } from './acts'

describe('bulk acts', () => {
  test('some records go by their ids', () =>
    expect(targets({ filter: { field: 'a' } }, { ids: new Set(['x', 'y']), all: false }, 9)).toEqual({ ids: ['x', 'y'] }))
  test('all go by the question and the count, never by ids', () =>
    expect(
      targets({ filter: { field: 'a', value: 1 }, q: 'ann', where: { archived: 'true' } }, { ids: new Set(['x']), all: true }, 4812),
    ).toEqual({
      filters: { filter: { field: 'a', value: 1 }, q: 'ann', archived: 'true' },
      expected_count: 4812,
    }))
  test('what is not allowed is not offered', () => {
    const command = (in_bulk: string, allowed: boolean) => ({ in_bulk, allowed }) as MetaCommand
    expect([...bulkWords([command('tag', true), command('assign', false)]).keys()]).toEqual(['tag'])
  })
})

describe('a bulk act over a line that breaks', () => {
  const done = { id: 'j1', status: 'completed', changed: 2, failures: [], sample: [] }
  const told = (now: object) => () => new Response(`data: ${JSON.stringify(now)}\n\n`)
  const broken = () => new Response(new ReadableStream({ pull: (to) => to.error(new TypeError('network error')) }))
  const line = (...answers: (() => Response | Promise<Response>)[]) => {
    const sent: [string, string | null][] = []
    globalThis.fetch = vi.fn(async (input, init) => {
      sent.push([`${init?.method} ${input}`, new Headers(init?.headers).get('Idempotency-Key')])
      const answer = answers.shift()
      if (!answer) throw new TypeError('nobody answers')
      return answer()
    })
    return sent
  }
  const json =
    (body: unknown, status = 200) =>
    () =>
      new Response(JSON.stringify(body), { status })
  const cut = () => {
    throw new TypeError('network error')
  }
  afterEach(() => vi.useRealTimers())
  const act = async () => {
    vi.useFakeTimers()
    const outcome = run({ type: 'boat', command: 'tag', body: {}, ids: ['b1'] }, 'k1', () => undefined, new AbortController().signal)
    await vi.advanceTimersByTimeAsync(20_000)
    return outcome
  }

  test('is sent again with the same key where its answer was lost', async () => {
    const sent = line(cut, json({ id: 'j1' }, 201), told(done), json(done))
    expect(await act()).toEqual(done)
    expect(sent.slice(0, 2)).toEqual([
      ['POST /bulk', 'k1'],
      ['POST /bulk', 'k1'],
    ])
  })
  test('is followed to its end where its progress was cut off, and is not begun again', async () => {
    const running = { ...done, status: 'running' }
    const sent = line(json({ id: 'j1' }, 201), broken, cut, told(running), json(running), told(running), json(done))
    expect(await act()).toEqual(done)
    expect(sent.filter(([what]) => what === 'POST /bulk')).toHaveLength(1)
  })
})
