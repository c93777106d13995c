import { QueryClient } from '@tanstack/react-query'
import { expect, test } from 'vitest'
import { signOut } from '../app/session'
import { hear, newcomersOf, startLive, takeNewcomers } from './live'
import { isOwn, leastFor, wrote } from './seen'

const came = (id: string, version = 1) => hear({ event: 'change', data: { type: 'boat', id, version } })
const news = () => [...newcomersOf('boat').keys()]

test('what others make is new, what one makes oneself is not, however early the stream tells of it', () => {
  startLive(new QueryClient(), AbortSignal.abort())
  came('theirs')
  came('mine')
  expect(news()).toEqual(['theirs', 'mine'])
  wrote('boat', 'mine', 1)
  expect(news()).toEqual(['theirs'])
  came('mine')
  came('also theirs')
  expect(news()).toEqual(['theirs', 'also theirs'])
})

test('what others do with a record that one wrote earlier is news, also where the own answer comes late', () => {
  startLive(new QueryClient(), AbortSignal.abort())
  takeNewcomers('boat')
  wrote('boat', 'shared', 3)
  came('shared', 3)
  expect(news()).toEqual([])
  came('shared', 5)
  wrote('boat', 'shared', 4)
  expect(news()).toEqual(['shared'])
})

test('whoever signs in after one has written nothing', async () => {
  globalThis.fetch = async () => new Response(null, { status: 204 })
  wrote('boat', 'mine', 7)
  await signOut()
  expect([isOwn('mine', 7), leastFor('boat'), news()]).toEqual([false, undefined, []])
})
