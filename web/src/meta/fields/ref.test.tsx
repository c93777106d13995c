import { act } from 'react'
import { afterEach, expect, test } from 'vitest'
import { made } from '../../test/made-up'
import { play, seen, serve } from '../../test/stage'
import { useFound } from './found'
import type { Shown } from './kind'
import { isUnnamed, ref, refs } from './ref'

const place = (field: Partial<Shown>) => ({ field: { name: 'x', label: 'X', ...field } as Shown, names: { a1: 'Acme', u1: 'Ann' } })
const Show = ref.Show as NonNullable<typeof ref.Show>
const user = place({ kind: 'keyword', ref: 'user' })
const account = place({ kind: 'keyword', ref: 'account' })
const Page = () => (
  <>
    <p>
      <Show value="u1" place={user} />
    </p>
    <p>
      <Show value="u9" place={user} />
    </p>
    <p>
      <Show value="a1" place={account} />
    </p>
    <p>
      <Show value="a9" place={account} />
    </p>
    <p>
      <Show value="system" place={user} />
    </p>
  </>
)
afterEach(() => document.body.replaceChildren())

test('what one may not read, and the suite itself, is said in a word, without a face or a way there', async () => {
  const box = await play(Page, '/o/boat')
  const said = [...box.querySelectorAll('p')].map((one) => [one.textContent, one.querySelector('a, [data-tint]') !== null])
  expect(said).toEqual([
    ['AAnn', true],
    ['Not shown to you', false],
    ['Acme', true],
    ['Not shown to you', false],
    ['The system', false],
  ])
  expect(ref.format('u9', user)).toBe('Not shown to you')
  expect([user, account].map(({ field, names }) => isUnnamed(field, 'u1', names))).toEqual([false, false])
  expect(isUnnamed(user.field, 'u9', user.names)).toBe(true)
  expect(ref.format('system', user)).toBe('The system')
  expect(refs.format(['a1', 'a9'], account)).toBe('Acme, Not shown to you')
})

test('what was just chosen in a picker has its title before the page is answered again', async () => {
  serve({ 'GET /meta': () => made, 'GET /harbour/boats': () => ({ items: [{ id: 'b7', name: 'Borealis' }] }) })
  const sister = place({ kind: 'keyword', ref: 'boat' })
  const box = await play(() => {
    const { options } = useFound(['boat'], [], {})
    return <p>{options.length > 0 && <Show value="b7" place={sister} />}</p>
  }, '/o/boat')
  await seen(box, 'Borealis')
  expect(box.querySelector('a')?.textContent).toBe('Borealis')
})

test('one type is found by typing in its own list, the best first', async () => {
  const asked = serve({
    'GET /meta': () => made,
    'GET /harbour/boats': ({ query }) => ({
      items: query.get('q') === 'last' ? [{ id: 'b99', name: 'The last one', berth: 'C7' }] : [],
    }),
  })
  let type = (_text: string) => {}
  const box = await play(() => {
    const { options, setSearch } = useFound(['boat'], [], {})
    type = setSearch
    return <p>{options.map((one) => one.label).join()}</p>
  }, '/o/boat')
  await act(async () => type('last'))
  await seen(box, 'The last one · C7')
  expect(asked.find(({ query }) => query.get('q') === 'last')?.query.get('sort')).toBe('relevance')
})
