import { expect, test, vi } from 'vitest'
import { useTypes } from '../../meta/use-types'
import { made } from '../../test/made-up'
import { play, serve } from '../../test/stage'
import { allActions } from '../actions'
import { useShellActions } from './go'

const me = { rights: {} }
vi.mock('../session', async (original) => ({ ...(await original<object>()), useMe: () => me }))

function Shell() {
  useShellActions(useTypes())
  return null
}

test('pages that somebody may not open have no key and no place in the palette', async () => {
  serve({ 'GET /meta': () => made })
  await play(Shell, '/o/boat')
  const ids = allActions().map(({ id }) => id)
  expect(['home', 'go boat', 'calendar', 'dashboard'].filter((id) => ids.includes(id))).toEqual(['home', 'go boat'])
})
