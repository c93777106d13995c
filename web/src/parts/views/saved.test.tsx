import { afterEach, expect, test, vi } from 'vitest'
import { usePins } from '../../app/shell/pins'
import { play, serve } from '../../test/stage'
import { useSavedViews } from './saved'

const me = vi.hoisted(() => ({ rights: {} as Record<string, object> }))
vi.mock('../../app/session', async (original) => ({ ...(await original<object>()), useMe: () => me }))
const Page = () => [usePins().length, useSavedViews('boat').saved.length].join()
afterEach(() => document.body.replaceChildren())

test.each([
  [{}, 0],
  [{ saved_view: { create: 'all' } }, 0],
  [{ saved_view: { read: 'own' } }, 2],
])('saved views are asked for by whoever may read them: %j', async (rights, times) => {
  me.rights = rights
  const asked = serve({ 'GET /customer/saved-views': () => ({ body: { items: [] } }) })
  await play(Page, '/o/boat')
  expect(asked.filter(({ path }) => path === '/customer/saved-views')).toHaveLength(times)
})
