import { afterEach, expect, test, vi } from 'vitest'
import { saveWritten } from './go'

afterEach(() => document.body.replaceChildren())

test('Ctrl-S sends what its button would send, and nothing twice while that works', () => {
  document.body.innerHTML = '<div role="dialog"><form id="f"><input /></form><button type="submit" form="f">Save</button></div>'
  const sent = vi.fn((event: Event) => event.preventDefault())
  document.querySelector('form')?.addEventListener('submit', sent)
  const button = document.querySelector('button') as HTMLButtonElement
  saveWritten()
  expect(sent).toHaveBeenCalledTimes(1)
  button.disabled = true
  saveWritten()
  expect(sent).toHaveBeenCalledTimes(1)
})
