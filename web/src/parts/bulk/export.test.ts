import { afterEach, beforeAll, expect, test, vi } from 'vitest'
import { describe } from '../../meta/describe'
import type { MetaType } from '../../meta/meta'
import { made } from '../../test/made-up'
import { serve } from '../../test/stage'
import { startWords } from '../../words'
import { downloadList } from './export'

const boat = describe(made.types[0] as MetaType)
beforeAll(() => startWords())
afterEach(() => vi.restoreAllMocks())

async function taken(moment: { at?: string; known?: string }, more?: Record<string, string>) {
  const names: string[] = []
  vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) {
    names.push(this.download)
  })
  const asked = serve({ 'GET /harbour/boats/export': () => ({ body: '' }) })
  await downloadList(boat, { where: { status: 'afloat' } }, moment, 'csv', more)
  const query = asked.at(-1)?.query
  return { names, as_of: query?.get('as_of'), known_at: query?.get('known_at'), status: query?.get('status'), ids: query?.get('id[in]') }
}

test('the list of the past is asked for as it was, and its file says so', async () => {
  expect(await taken({ at: '2026-10-01' })).toEqual({
    names: ['Boats 2026-10-01.csv'],
    as_of: '2026-10-01',
    known_at: null,
    status: 'afloat',
    ids: null,
  })
  const both = await taken({ at: '2026-10-01T08:30:00Z', known: '2026-11-01' })
  expect(both.names).toEqual(['Boats 2026-10-01T08-30-00Z As known on 2026-11-01.csv'])
  expect([both.as_of, both.known_at]).toEqual(['2026-10-01T08:30:00Z', '2026-11-01'])
})

test('the list of now has its name alone', async () => {
  expect(await taken({})).toEqual({ names: ['Boats.csv'], as_of: null, known_at: null, status: 'afloat', ids: null })
})

test('picked rows are asked for by their ids, of the past too', async () => {
  expect(await taken({ at: '2026-10-01' }, { 'id[in]': 'a,b' })).toMatchObject({ as_of: '2026-10-01', ids: 'a,b' })
})
