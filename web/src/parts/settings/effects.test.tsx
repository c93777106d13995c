import { afterEach, expect, test } from 'vitest'
import { made } from '../../test/made-up'
import { button, play, press, seen, serve } from '../../test/stage'
import { ArchiveTeam } from './archive-team'
import { Effects } from './effects'
import { RolePreview } from './role-preview'

const AT = '/identity/roles/rep/preview'
const losing = (n: number) => ({
  id: `u${n}`,
  name: `Person ${n}`,
  gains: [],
  losses: [{ resource: 'boat', action: 'read', before: 'all', after: 'none' }],
  fields: [],
  records: [],
})
const foreseen = { people: 300, gaining: 0, losing: 300, items: Array.from({ length: 100 }, (_, n) => losing(n)) }
const gone = { status: 503, body: { type: '/problems/unavailable', status: 503, title: '', detail: 'The views are behind.' } }
afterEach(() => document.body.replaceChildren())

const Role = () => (
  <RolePreview
    changes={[]}
    role={{ id: 'rep', zh: '代表', en: 'Rep', built_in: false, grants: {} }}
    after={{}}
    labels={new Map()}
    problem=""
    busy={false}
    onSave={() => undefined}
    onDiscard={() => undefined}
  />
)
const Archiving = () => <ArchiveTeam team={{ id: 'north', version: 7, name: 'North', leads: [] }} onClose={() => undefined} />

test('those who are not named are counted of all, not of those that were sent', async () => {
  serve({ 'GET /meta': () => made, [`POST ${AT}`]: () => foreseen })
  const box = await play(() => <Effects path={AT} body={{}} />, '/o/boat')
  await seen(box, '300 people lose:')
  expect(box.textContent).toContain('and 294 more people')
  expect((await play(Role, '/o/boat')).textContent).toContain('and 294 more')
})

test('a preview that fails says so, and nothing is saved without one', async () => {
  let answer: unknown = gone
  serve({ 'GET /meta': () => made, [`POST ${AT}`]: () => answer })
  const box = await play(Role, '/o/boat')
  await seen(box, 'The views are behind.')
  expect((button(box, 'Save') as HTMLButtonElement).disabled).toBe(true)
  answer = foreseen
  const again = await play(Role, '/o/boat')
  await seen(again, '300 people lose:')
  expect((button(again, 'Save') as HTMLButtonElement).disabled).toBe(false)
})

test('a team is archived as it was looked at, once what comes of it stands there', async () => {
  let answer: unknown = gone
  const asked = serve({
    'GET /meta': () => made,
    'POST /identity/teams/north/preview': () => answer,
    'POST /identity/teams/north/archive': () => ({ id: 'north', version: 8 }),
  })
  await play(Archiving, '/o/boat')
  await seen(document.body, 'The views are behind.')
  expect((button(document, 'Archive') as HTMLButtonElement).disabled).toBe(true)
  document.body.replaceChildren()
  answer = foreseen
  await play(Archiving, '/o/boat')
  await seen(document.body, '300 people lose:')
  await press(button(document, 'Archive'))
  expect(asked.find(({ path }) => path.endsWith('/archive'))?.headers.get('If-Match')).toBe('"7"')
})
