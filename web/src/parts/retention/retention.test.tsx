import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import Retention from '../../pages/settings/retention'
import { made } from '../../test/made-up'
import { button, play, press, rest, type Sent, seen, serve, type } from '../../test/stage'
import { Activate } from './activate'
import type { Notice, Rule, Run } from './model'
import { Notices } from './notices'
import { RuleForm } from './rule-form'

const all = { read: 'all', create: 'all', edit: 'all', manage: 'all', erase: 'all' }
const me = vi.hoisted(() => ({ rights: {} as Record<string, object>, hidden: {} as Record<string, string[]> }))
vi.mock('../../app/session', async (original) => ({ ...(await original<object>()), useMe: () => me }))

const [boat] = made.types
const lead = { ...boat, name: 'lead', label: 'Lead', plural: 'Leads', service: 'sales', path: '/sales/leads' }
const rule: Rule = {
  id: 'r1',
  version: 4,
  name: 'Old leads',
  resource: 'lead',
  basis: 'used',
  days: 730,
  notice_days: 14,
  status: 'inactive',
}
const match = { count: 1, whole: true, held: 1, due: '2027-01-02', records: [{ id: 'l1', title: 'Ada Quill' }] }
const gone = { status: 503, body: { type: '/problems/unavailable', status: 503, title: '', detail: 'The views are behind.' } }

function suite(more: Parameters<typeof serve>[0] = {}): Sent[] {
  return serve({
    'GET /meta': () => ({ ...made, types: [...made.types, lead] }),
    'POST /audit/retention-rules/preview': () => match,
    'POST /audit/retention-rules/r1/preview': () => match,
    'POST /audit/retention-rules/r1/activate': () => ({ id: 'r1', version: 5 }),
    'PATCH /audit/retention-rules/r1': () => ({ id: 'r1', version: 5 }),
    ...more,
  })
}
const sentTo = (asked: Sent[], method: string, path: string) => asked.filter((one) => one.method === method && one.path === path)
const field = (label: string) => {
  const found = [...document.querySelectorAll('label')].find((one) => one.textContent === label)
  return document.getElementById(found?.htmlFor ?? '') as HTMLInputElement
}

let closed: boolean
const onClose = () => {
  closed = true
}
const Activating = () => <Activate rule={rule} onClose={onClose} />
beforeEach(() => {
  closed = false
  me.rights = { lead: all, retention_rule: all, retention_run: all, retention_notice: all }
  me.hidden = {}
})
afterEach(() => document.body.replaceChildren())

test('a condition without its value is told at its place, and nothing is previewed or saved until it has one', async () => {
  const asked = suite()
  await play(() => <RuleForm onClose={onClose} />, '/o/boat')
  await seen(document.body, 'What it would erase now')
  await type(field('Name'), 'Old leads')
  await press(button(document, 'Condition'))
  expect(document.body.textContent).toContain('Needs a value')
  for (const name of ['Save', 'What it would erase now']) expect((button(document, name) as HTMLButtonElement).disabled).toBe(true)
  await type(document.querySelector('input[aria-label="Name"]') as HTMLInputElement, 'Quill')
  expect(document.body.textContent).not.toContain('Needs a value')
  await press(button(document, 'What it would erase now'))
  await seen(document.body, '1 matches now')
  await seen(document.body, '1 of them is on legal hold')
  const [preview] = sentTo(asked, 'POST', '/audit/retention-rules/preview')
  expect(preview?.body).toMatchObject({ resource: 'lead', conditions: { all: [{ field: 'name', value: 'Quill' }] } })
})

test('of a rule only what changed is sent, with the version that was looked at, so hidden conditions stay', async () => {
  me.hidden = { lead: ['price'] }
  const asked = suite()
  await play(() => <RuleForm rule={rule} onClose={onClose} />, '/o/boat')
  await seen(document.body, 'conditions on fields that you may not see')
  await press(button(document, 'What it would erase now'))
  expect(sentTo(asked, 'POST', '/audit/retention-rules/r1/preview')).toHaveLength(1) // with the conditions it has
  await type(field('Name'), 'Very old leads')
  await press(button(document, 'Save'))
  const [patch] = sentTo(asked, 'PATCH', '/audit/retention-rules/r1')
  expect(patch?.body).toEqual({ name: 'Very old leads' })
  expect(patch?.headers.get('If-Match')).toBe('"4"')
  expect(closed).toBe(true)
})

test('a rule is activated only with an answer in sight, and only as it was looked at', async () => {
  let answer: unknown = gone
  const changed = { type: '/problems/version-mismatch', status: 412, title: '', detail: 'version 4 is not 5' }
  const asked = suite({
    'POST /audit/retention-rules/r1/preview': () => answer,
    'POST /audit/retention-rules/r1/activate': () => ({ status: 412, body: changed }),
  })
  await play(Activating, '/o/boat')
  await seen(document.body, 'The views are behind.')
  expect((button(document, 'Activate') as HTMLButtonElement).disabled).toBe(true)
  document.body.replaceChildren()
  answer = match
  await play(Activating, '/o/boat')
  await seen(document.body, 'Ada Quill')
  await press(button(document, 'Activate'))
  expect(sentTo(asked, 'POST', '/audit/retention-rules/r1/activate')[0]?.headers.get('If-Match')).toBe('"4"')
  await seen(document.body, 'Somebody changed it meanwhile.')
  expect(closed).toBe(false)
})

test('all records of a run can be seen, and kept as far as the suite takes it', async () => {
  const run: Run = { id: 'n', name: 'Old leads', status: 'announced', due: '2027-01-02', count: 3, erased_count: 0 }
  const notice = (id: string, status: Notice['status']) => ({ id, resource: 'lead', record: id, status, cause: '' })
  const pages: Record<string, object> = {
    first: { items: [notice('Ada', 'announced'), notice('Bo', 'erased')], next: 'second', names: { Ada: 'Ada', Bo: 'Bo' } },
    second: { items: [notice('Cy', 'left_out')], next: null, names: { Cy: 'Cy' } },
  }
  suite({ 'GET /audit/retention-notices': ({ query }) => pages[query.get('cursor') ?? 'first'] })
  await play(() => <Notices run={run} onClose={onClose} />, '/o/boat')
  await seen(document.body, '2 of 3 shown')
  await press(button(document, 'More'))
  await seen(document.body, '3 of 3 shown')
  expect(button(document, 'More')).toBeUndefined()
  expect(['Ada', 'Bo', 'Cy'].map((name) => Boolean(button(document, `Keep ${name}`)))).toEqual([true, false, true])
})

test('what cannot be read says why', async () => {
  const none = { items: [], next: null }
  suite({ 'GET /audit/retention-rules': () => gone, 'GET /audit/retention-runs': () => none })
  await play(Retention, '/o/boat')
  await seen(document.body, 'The views are behind.')
  document.body.replaceChildren()
  suite({ 'GET /audit/retention-rules': () => none, 'GET /audit/retention-runs': () => gone })
  const box = await play(Retention, '/o/boat')
  await seen(box, 'The views are behind.')
  await rest()
  expect(box.textContent).toContain('No retention rules yet')
})
