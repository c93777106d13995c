import { act } from 'react'
import { expect, test } from 'vitest'
import { play, press, rest, seen } from '../test/stage'
import { LightMenu, Menu } from './menu'

test('who presses the button before the code of its menu is there has it opened then', async () => {
  const items = [{ id: 'a', label: 'Anchor', run: () => undefined }]
  const box = await play(() => <Menu items={items}>{<button type="button">More</button>}</Menu>, '/o/boat')
  await press(box.querySelector('button'))
  await seen(document.body, 'Anchor')
  document.body.replaceChildren()
})

test('a light menu is its button alone until it is pressed, and gives the focus back', async () => {
  let asked = 0
  const ran: string[] = []
  const items = () => {
    asked += 1
    return [{ id: 'a', label: 'Sail', run: () => void ran.push('a') }]
  }
  const box = await play(() => <LightMenu label="Move Aurora" icon="…" items={items} />, '/o/boat')
  const opener = box.querySelector('button') as HTMLButtonElement
  expect([asked, opener.getAttribute('aria-expanded')]).toEqual([0, 'false'])
  await press(opener)
  await seen(document.body, 'Sail')
  expect(document.querySelector('[role=menu]')?.getAttribute('aria-label')).toBe('Move Aurora')
  await press(document.querySelector('[role=menuitem]'))
  await rest()
  expect([ran, document.querySelector('[role=menu]'), document.activeElement === opener]).toEqual([['a'], null, true])
  await act(async () => opener.dispatchEvent(new Event('pointerdown', { bubbles: true })))
  await press(opener)
  await seen(document.body, 'Sail')
})
