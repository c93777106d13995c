import { QueryClient } from '@tanstack/react-query'
import { expect, test } from 'vitest'
import { hear, newcomersOf, startLive } from './live'
import { wrote } from './seen'

const came = (id: string, version = 1) => hear({ event: 'change', data: { type: 'boat', id, version } })

test('what others make is new, what one makes oneself is not, however early the stream tells of it', () => {
  startLive(new QueryClient(), AbortSignal.abort())
  came('theirs')
  came('mine')
  expect([...newcomersOf('boat')]).toEqual(['theirs', 'mine'])
  wrote('boat', 'mine', 1)
  expect([...newcomersOf('boat')]).toEqual(['theirs'])
  came('mine', 2)
  came('also theirs')
  expect([...newcomersOf('boat')]).toEqual(['theirs', 'also theirs'])
})
