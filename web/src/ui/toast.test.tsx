import { act } from 'react'
import { afterEach, expect, test, vi } from 'vitest'
import { button, play } from '../test/stage'
import { Toasts, toast } from './toast'

afterEach(() => {
  vi.useRealTimers()
  document.body.replaceChildren()
})
const pass = (ms: number) => act(async () => void vi.advanceTimersByTime(ms))

test('a toast stays while the keyboard is in it', async () => {
  const box = await play(Toasts, '/o/boat')
  vi.useFakeTimers()
  await act(async () => void toast({ text: 'Archived', undo: () => undefined }))
  await act(async () => button(box, 'Undo')?.focus())
  await pass(20_000)
  expect(box.textContent).toContain('Archived')
  await act(async () => button(box, 'Undo')?.blur())
  await pass(20_000)
  expect(box.textContent).not.toContain('Archived')
})
