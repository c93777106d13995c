import { act } from 'react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Meta } from '../../meta/meta'
import { TeamsPicker } from '../../parts/settings/found-fields'
import { made } from '../../test/made-up'
import { play, type Server, seen, serve, type } from '../../test/stage'
import Teams from './teams'
import Users from './users'

const team = (n: number, more = {}) => ({ id: `t${n}`, version: 1, name: `Team ${n}`, leads: [], parent: null, ...more })
const user = (n: number) => ({ id: `u${n}`, version: 1, name: `Person ${n}`, roles: [], teams: ['t250'], status: 'active' })
const upTo = <T,>(count: number, make: (n: number) => T): T[] => Array.from({ length: count }, (_, n) => make(n + 1))
const PAGE = 3
/** A list in pages: a real one has 200, which says the same. */
const paged =
  (items: { id: string }[], names = {}): Server[string] =>
  ({ query }) => {
    const at = Number(query.get('cursor') ?? 0)
    return { items: items.slice(at, at + PAGE), next: at + PAGE < items.length ? String(at + PAGE) : null, names }
  }
const [boat] = made.types
const meta: Meta = { ...made, types: [{ ...boat, name: 'team', path: '/identity/teams', subtitle: [] } as (typeof made.types)[number]] }

beforeEach(() => {
  vi.stubGlobal(
    'IntersectionObserver',
    class {
      constructor(private readonly told: (seen: { isIntersecting: boolean }[]) => void) {}
      observe = () => this.told([{ isIntersecting: true }])
      disconnect = () => undefined
    },
  )
})
afterEach(() => {
  document.body.replaceChildren()
  vi.unstubAllGlobals()
})

test('a team beyond the first answer stands below its parent, with as many people as the suite counts', async () => {
  const asked = serve({
    'GET /identity/teams': paged([...upTo(21, team), team(22, { parent: 't1' })]),
    'GET /identity/users/count': ({ query }) => ({ count: query.get('teams[in]') === 't22' ? 1234 : 0 }),
  })
  const box = await play(Teams, '/o/boat')
  await seen(box, '1,234')
  const shown = () => [...box.querySelectorAll('tbody tr td:first-child div')].map((cell) => cell.firstChild?.textContent)
  const rows = shown()
  expect(rows.slice(0, 3)).toEqual(['Team 1', 'Team 22', 'Team 2'])
  expect(rows).toHaveLength(22)
  const counted = asked.find(({ query }) => query.get('teams[in]') === 't22')
  expect(counted?.query.get('status[ne]')).toBe('deactivated')
  await type(box.querySelector('input[type=search]') as HTMLInputElement, 'team 2')
  expect(shown()).toEqual(['Team 2', 'Team 20', 'Team 21', 'Team 22'])
})

test('people are counted, their teams are named by the answer, and those after the first page are one press away', async () => {
  serve({
    'GET /identity/users': paged(upTo(4, user), { t250: 'Night watch' }),
    'GET /identity/users/count': () => ({ count: 4 }),
    'GET /identity/access/roles': () => ({ items: [] }),
  })
  const box = await play(Users, '/o/boat')
  await seen(box, '4 people')
  await seen(box, 'Person 3')
  expect(box.querySelector('tbody tr td:nth-child(3)')?.textContent).toBe('Night watch')
  expect(box.textContent).not.toContain('Person 4')
  const more = [...box.querySelectorAll('button')].find((one) => one.textContent === 'More')
  await act(async () => more?.click())
  await seen(box, 'Person 4')
})

test('a team is found by typing among all there are', async () => {
  const asked = serve({
    'GET /meta': () => meta,
    'GET /identity/teams': ({ query }) => ({ items: query.get('q') === 'night' ? [{ id: 't250', name: 'Night watch' }] : [] }),
  })
  const box = await play(() => <TeamsPicker label="Teams" names={{}} value={[]} onChange={() => undefined} />, '/o/boat')
  const input = box.querySelector('input[role=combobox], input:not([type=hidden])') as HTMLInputElement
  await act(async () => input.focus())
  await type(input, 'night')
  await seen(document.body, 'Night watch')
  expect(asked.find(({ query }) => query.get('q') === 'night')?.query.get('sort')).toBe('relevance')
})
