import { act } from 'react'
import { afterEach, expect, test, vi } from 'vitest'
import { useObject } from '../../meta/use-types'
import { made } from '../../test/made-up'
import { button, play, press, rest, type Sent, seen, serve, type } from '../../test/stage'
import { Toasts } from '../../ui/toast'
import { CreateForm } from '../form/create-form'
import { RecordView } from './record-view'

// A record type that no code knows has a page, inline edit, a form and a history, from what /meta says alone.

const boat = {
  id: 'b1',
  version: 3,
  name: 'Aurora',
  status: 'afloat',
  price: '1200.00',
  currency: 'EUR',
  berth: 'A1',
  tags: ['red'],
  archived: false,
}
const commands = Object.fromEntries(made.types[0]?.commands.map((command) => [command.name, true]) ?? [])
const change = {
  version: 3,
  event_id: 'e3',
  type: 'harbour.PriceSet',
  occurred_at: '2026-11-01T10:00:00.000000Z',
  recorded_at: '2026-11-01T10:00:00.000000Z',
  actor: 'u1',
  on_behalf_of: '',
  command: 'c3',
  command_name: 'harbour.SetPrice',
  reason: 'a new mast',
  changes: { price: { from: '1000.00', to: '1200.00' }, currency: { from: 'EUR', to: 'EUR' } },
  undo: { method: 'POST', path: '/harbour/boats/b1/undo', body: { version: 3 }, label: 'Undo this change' },
}
const changed = (version: number) => ({ id: 'b1', version, undo: null, undo_reason: { code: 'no-change', message: '' } })

function harbour(more: Parameters<typeof serve>[0] = {}): Sent[] {
  return serve({
    'GET /meta': () => made,
    'GET /harbour/boats/b1': () => ({ ...boat, names: { u1: 'Li Lei' }, rights: { edit: true, commands } }),
    'GET /harbour/boats/b1/timeline': () => ({
      items: [{ kind: 'change', at: change.occurred_at, change }],
      next: null,
      names: { u1: 'Li Lei' },
    }),
    'GET /harbour/boats/b1/history': () => ({ items: [change], next: null, names: { u1: 'Li Lei' } }),
    'GET /harbour/boats': () => ({ items: [{ ...boat, id: 'b2', name: 'Borealis' }], next: null, names: {} }),
    'GET /harbour/boats/count': () => ({ count: 1 }),
    'GET /meta/codes': () => ({ language: 'en', countries: [], currencies: [] }),
    ...more,
  })
}
const Page = () => {
  const object = useObject('boat')
  return object && <RecordView object={object} id="b1" onTab={() => undefined} />
}
const HistoryPage = () => {
  const object = useObject('boat')
  return object && <RecordView object={object} id="b1" tab="history" onTab={() => undefined} />
}
let done: unknown
const Form = () => {
  const object = useObject('boat')
  return object && <CreateForm object={object} onDone={(made) => (done = made)} onClose={() => undefined} />
}
afterEach(() => {
  document.body.innerHTML = ''
})

test('its page shows its facts by kind, what names it, and its changes as sentences', async () => {
  harbour()
  const box = await play(Page, '/o/boat/b1')
  await seen(box, 'Borealis')
  await seen(box, 'a new mast')
  expect(box.querySelector('h1')?.textContent).toBe('Aurora')
  expect(box.querySelector('[data-field="status"] dd')?.textContent).toContain('Afloat')
  expect(box.querySelector('[data-field="price"] dd')?.textContent).toContain('€1,200')
  expect(box.querySelector('[data-field="match_key"]')).toBeNull()
  expect(box.textContent).toContain('Sister ships')
  expect(box.textContent).toContain('Li Lei changed Price €1,000 → €1,200')
})

test('its timeline goes on below, and the last contact is not judged by its first page', async () => {
  const about = structuredClone(made)
  const [type] = about.types
  type?.related.push({ ...(type.related[0] as (typeof type.related)[number]), type: 'activity', field: 'links' })
  const built = { ...change, event_id: 'e1', version: 1, command: 'c1', reason: null }
  const call = { kind: 'activity', at: '2025-12-24T10:00:00.000000Z', record: { id: 'a1', kind: 'call' } }
  harbour({
    'GET /meta': () => about,
    'GET /harbour/boats/b1/timeline': ({ query }) =>
      query.get('cursor') === 'below'
        ? { items: [{ kind: 'change', at: built.occurred_at, change: built }], next: null }
        : { items: [{ kind: 'change', at: change.occurred_at, change }], next: 'below', last_contact: call },
  })
  const box = await play(Page, '/o/boat/b1')
  await seen(box, 'a new mast')
  expect(box.textContent).not.toContain('created this record')
  expect(box.querySelector('header dd[title*="2025"]')).not.toBeNull()
  await press(button(box, 'Show earlier entries'))
  await seen(box, 'created this record')
  expect(box.textContent).toContain('a new mast')
  expect(button(box, 'Show earlier entries')).toBeUndefined()
})

test('a fact is edited in its place by its own command, with the version that was shown and a key', async () => {
  const asked = harbour({ 'POST /harbour/boats/b1/price': () => changed(4) })
  const box = await play(Page, '/o/boat/b1')
  await seen(box, '€1,200')
  await press(button(box, 'Edit Price'))
  const input = box.querySelector<HTMLInputElement>('[data-field="price"] input')
  if (!input) throw new Error('no input')
  await type(input, '2,500')
  input.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }))
  await rest()
  const sent = asked.find((one) => one.method === 'POST')
  expect(sent?.body).toEqual({ price: '2500', currency: 'EUR' })
  expect(sent?.headers.get('If-Match')).toBe('"3"')
  expect(sent?.headers.get('Idempotency-Key')).toMatch(/^[0-9a-f]{32}$/)
})

test('what the server confirmed stands at its field first, and the rest of the page follows after that paint', async () => {
  let price = '1200.00'
  const asked = harbour({
    'GET /harbour/boats/b1': () => ({ ...boat, price, version: price === '1200.00' ? 3 : 4, names: {}, rights: { edit: true, commands } }),
    'POST /harbour/boats/b1/price': () => {
      price = '2500'
      return changed(4)
    },
  })
  const box = await play(Page, '/o/boat/b1')
  await seen(box, '€1,200')
  const frames: FrameRequestCallback[] = []
  const frame = vi.spyOn(globalThis, 'requestAnimationFrame').mockImplementation((act) => frames.push(act))
  await press(button(box, 'Edit Price'))
  const input = box.querySelector<HTMLInputElement>('[data-field="price"] input')
  if (!input) throw new Error('no input')
  await type(input, '2,500')
  const reads = () => asked.filter((one) => one.method === 'GET' && one.path === '/harbour/boats/b1').length
  const before = reads()
  input.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }))
  await rest()
  const fact = box.querySelector('[data-field="price"] dd')
  expect([fact?.textContent, fact?.querySelector(':scope > svg') !== null, reads()]).toEqual(['€2,500', true, before])
  frame.mockRestore()
  for (const act of frames) act(0)
  await rest(150)
  expect([box.querySelector('[data-field="price"] dd')?.textContent, reads()]).toEqual(['€2,500', before + 1])
})

test('an input that is left without a choice closes, and nothing is sent', async () => {
  const asked = harbour()
  const box = await play(Page, '/o/boat/b1')
  await seen(box, '€1,200')
  await press(button(box, 'Edit Currency'))
  const input = box.querySelector<HTMLInputElement>('[data-field="currency"] input')
  if (!input) throw new Error('no input')
  await act(async () => input.focus())
  await rest()
  expect(box.querySelector('[data-field="currency"] input')).not.toBeNull()
  await act(async () => button(box, 'Edit Price')?.focus())
  await rest()
  expect(box.querySelector('[data-field="currency"] input')).toBeNull()
  expect(asked.filter((one) => one.method !== 'GET')).toEqual([])
})

test('what is refused stands at its field, and the value goes back', async () => {
  const errors = [{ field: 'price', code: 'amount', message: 'Too dear' }]
  harbour({
    'POST /harbour/boats/b1/price': () => ({
      status: 422,
      body: { type: '/problems/invalid', status: 422, title: '', detail: '', errors },
    }),
  })
  const box = await play(Page, '/o/boat/b1')
  await seen(box, '€1,200')
  await press(button(box, 'Edit Price'))
  const input = box.querySelector<HTMLInputElement>('[data-field="price"] input')
  if (!input) throw new Error('no input')
  await type(input, '9')
  input.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }))
  await rest()
  await seen(box, 'Too dear')
  expect(box.querySelector('[data-field="price"]')?.textContent).toContain('Too dear')
})

test('what is refused once the person has gone on is said, though there is no input any more', async () => {
  const errors = [{ field: 'price', code: 'amount', message: 'Too dear' }]
  harbour({
    'POST /harbour/boats/b1/price': () => ({
      status: 422,
      body: { type: '/problems/invalid', status: 422, title: '', detail: '', errors },
    }),
  })
  const box = await play(() => [<Page key="page" />, <Toasts key="toasts" />], '/o/boat/b1')
  await seen(box, '€1,200')
  await press(button(box, 'Edit Price'))
  const input = box.querySelector<HTMLInputElement>('[data-field="price"] input')
  if (!input) throw new Error('no input')
  await type(input, '9')
  await act(async () => {
    for (const key of ['Enter', 'Escape']) input.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }))
  })
  await seen(box, 'Price · Too dear')
  expect(box.querySelector('[data-field="price"] dd')?.textContent).toBe('€1,200')
})

test('what may exist already is named', async () => {
  const candidates = ['b2']
  harbour({
    'POST /harbour/boats': () => ({ status: 409, body: { type: '/problems/duplicate', status: 409, title: '', detail: '', candidates } }),
    'GET /harbour/boats/b2': () => ({ ...boat, id: 'b2', name: 'Borealis', berth: 'C7', names: {} }),
  })
  await play(Form, '/o/boat')
  const input = document.querySelector<HTMLInputElement>('input[data-field="name"]')
  if (!input) throw new Error('no input')
  await type(input, 'Boreal')
  await press(button(document, 'Create'))
  await seen(document.body, 'Borealis C7')
})

test('a field that cannot be changed has no pencil, and says why', async () => {
  const locked = structuredClone(made)
  const [type] = locked.types
  for (const field of type?.fields ?? []) if (field.name === 'price') delete field.edited_by
  for (const command of type?.commands ?? []) delete command.fields.price
  const fields = ['price', 'berth', 'tags']
  harbour({
    'GET /meta': () => locked,
    'GET /harbour/boats/b1': () => ({
      ...boat,
      names: {},
      rights: { edit: true, fields, commands: { ...commands, 'harbour.Moor': false, 'harbour.TagBoat': false } },
    }),
  })
  const box = await play(Page, '/o/boat/b1')
  await seen(box, '€1,200')
  const lock = (name: string) => box.querySelector(`[data-field="${name}"] button[aria-expanded]`)
  const why = (name: string) => lock(name)?.getAttribute('aria-label')
  expect(['price', 'berth', 'tags', 'name', 'updated_at'].map(why)).toEqual([
    'Your role may not change this field',
    'Your role may not change this record',
    'Your role may not change this record',
    undefined,
    undefined,
  ])
  await press(lock('price'))
  expect(box.querySelector('[data-field="price"]')?.textContent).toContain('Your role may not change this field')
  expect(button(box, 'Edit Price')).toBeUndefined()
  expect(button(box, 'Edit Name')).toBeDefined()
  document.body.innerHTML = ''
  await play(Form, '/o/boat')
  expect(document.querySelector('input[data-field="name"]')).not.toBeNull()
  expect(document.querySelector('[data-field="price"]')).toBeNull()
})

test('its history has every version, with the way back', async () => {
  const asked = harbour({ 'POST /harbour/boats/b1/undo': () => changed(4) })
  const box = await play(HistoryPage, '/o/boat/b1')
  await seen(box, 'Li Lei changed Price')
  await press(button(box, 'Undo'))
  expect(asked.find((one) => one.path.endsWith('/undo'))?.body).toEqual({ version: 3 })
})

test('its form asks for what its command takes, and sends only what was given', async () => {
  const asked = harbour({ 'POST /harbour/boats': () => ({ status: 201, body: { id: 'b9', version: 1, undo: null } }) })
  await play(Form, '/o/boat')
  const input = document.querySelector<HTMLInputElement>('input[data-field="name"]')
  if (!input) throw new Error('no input')
  await type(input, 'Nova')
  await press(button(document, 'Create'))
  expect(asked.find((one) => one.method === 'POST')?.body).toEqual({ name: 'Nova' })
  expect(done).toMatchObject({ id: 'b9' })
})

test.each([
  [403, 'forbidden', 'You may not read boats.'],
  [404, 'not-found', 'This page does not exist'],
  [500, 'unexpected', 'Try again in a moment.'],
])('a page that is refused with %i says why, with a way on', async (status, kind, said) => {
  let answer: unknown = { status, body: { type: `/problems/${kind}`, status, title: '', detail: said } }
  harbour({ 'GET /harbour/boats/b1': () => answer })
  const box = await play(Page, '/o/boat/b1')
  await seen(box, said)
  expect(box.querySelector('[role="status"]')).toBeNull() // no bones
  expect(box.querySelector('a[href="/o/boat"]')?.textContent).toBe('Boats')
  if (status !== 500) return expect(button(box, 'Try again')).toBeUndefined()
  answer = { body: boat }
  await press(button(box, 'Try again'))
  await seen(box, 'Aurora')
})
