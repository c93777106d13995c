import { expect, test } from 'vitest'
import { turns } from './turns'

test('two at a time, in order, and who gives up is not waited for', async () => {
  const turn = turns(2)
  const begun: number[] = []
  const ends: (() => void)[] = []
  const stop = new AbortController()
  const ask = (n: number, signal = new AbortController().signal) =>
    turn(signal, () => {
      begun.push(n)
      return new Promise<number>((end) => ends.push(() => end(n)))
    })
  const [first, , third, fourth] = [ask(1), ask(2), ask(3, stop.signal), ask(4)]
  await Promise.resolve()
  expect(begun).toEqual([1, 2])
  stop.abort()
  await expect(third).rejects.toBe(stop.signal.reason)
  ends[0]?.()
  expect(await first).toBe(1)
  await new Promise((done) => setTimeout(done))
  expect(begun).toEqual([1, 2, 4])
  ends[2]?.()
  expect(await fourth).toBe(4)
})
