import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { describe as described } from '../../meta/describe'
import type { MetaType } from '../../meta/meta'
import { made } from '../../test/made-up'
import words from '../../words/en/office/audit.json'
import { splitOf, titleOf } from './naming'

/** Every event that was ever written has a file there: `audit.HoldPlaced.v1.json`. */
const EVENTS = readdirSync(join(import.meta.dirname, '../../../../tests/golden'))
  .filter((name) => /\.v\d+\.json$/.test(name))
  .map((name) => name.replace(/\.v\d+\.json$/, ''))
const known = (end: string) => end in words.done

test('what happened is said in words, whatever it is', () => {
  expect(EVENTS.length).toBeGreaterThan(200)
  expect(EVENTS.filter((type) => splitOf(type, known).end === undefined)).toEqual([])
  expect(splitOf('audit.ErasureExemptionEnded', known)).toEqual({ of: [], end: 'ErasureExemptionEnded' }) // the longest end says most
})

test('a title is what people read: no id, no code, no user agent', () => {
  const boat = described(made.types[0] as MetaType)
  const named = (title: string, type = 'boat', object: typeof boat | undefined = boat) => titleOf({ type, title }, object)
  expect(named('Aurora')).toBe('Aurora')
  expect(named('01936f00-0000-7000-8000-000000000001', 'preferences', undefined)).toBeUndefined()
  const agent = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0'
  expect(named(agent, 'session', undefined)).toMatch(/ · Windows$/)
  const status = described({ ...(made.types[0] as MetaType), title: 'status' })
  expect(named('afloat', 'boat', status)).toBe('Afloat')
})
