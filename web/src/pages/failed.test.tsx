import { act } from 'react'
import { expect, test, vi } from 'vitest'
import { heard } from '../data/offline/connection'
import { play } from '../test/stage'
import { Failed } from './failed'

test('a part that was not fetched is told in words, and is read again once the suite answers', async () => {
  const reload = vi.spyOn(location, 'reload').mockImplementation(() => undefined)
  for (const _ of [1, 2]) heard(false)
  const box = await play(() => <Failed error={new Error('Unable to preload CSS for /assets/chart.css')} />, '/o/boat')
  expect(box.textContent).toContain('This is not on this device')
  expect(box.textContent).not.toContain('assets')
  expect(reload).not.toHaveBeenCalled()
  await act(async () => heard(true))
  expect(reload).toHaveBeenCalledOnce()
})

test('where the suite answers, a newer version has taken its place', async () => {
  const box = await play(() => <Failed error={new TypeError('Failed to fetch dynamically imported module')} />, '/o/boat')
  expect(box.textContent).toContain('There is a new version')
})
