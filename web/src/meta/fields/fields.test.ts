import { beforeAll, describe, expect, test } from 'vitest'
import { setZone } from '../../ui/format'
import { LOCALES, speak, startWords } from '../../words'
import { KINDS_BY_NAME, kind, type Place, type Shown } from '.'
import { clockOf, momentOf } from './datetime'
import { KINDS, kindOf } from './kind-of'
import { safeUrl } from './links'

const OPTIONS = { options: ['open', 'won'], option_labels: { open: '进行中', won: '赢单' } }
const field = (given: Partial<Shown>): Shown => ({ name: 'f', label: 'F', kind: 'text', ...given })
const place = (given: Partial<Shown>, record: Record<string, unknown> = {}): Place => ({
  field: field(given),
  record: { id: '1', version: 1, ...record },
  names: { a1: 'Acme', a2: '中正' },
})

test.each([
  [{ kind: 'text' }, 'text'],
  [{ kind: 'text', meaning: 'multiline' }, 'multiline'],
  [{ kind: 'keyword', options: ['a'] }, 'choice'],
  [{ kind: 'keywords', options: ['a'] }, 'choices'],
  [{ kind: 'keywords' }, 'tags'],
  [{ kind: 'keywords', meaning: 'email' }, 'tags'],
  [{ kind: 'keyword', ref: 'user' }, 'ref'],
  [{ kind: 'keywords', types: ['account', 'lead'] }, 'refs'],
  [{ kind: 'decimal', meaning: 'money' }, 'money'],
  [{ kind: 'integer', meaning: 'minutes' }, 'measure'],
  [{ kind: 'integer', meaning: 'year' }, 'number'],
  [{ kind: 'keyword', meaning: 'country' }, 'code'],
  [{ kind: 'keyword', name: 'stage' }, 'stage'],
  [{ kind: 'something new' }, 'text'],
] as [Partial<Shown>, string][])('%j is drawn as %s', (given, expected) => {
  expect(kindOf(field(given), 'stage')).toBe(expected)
})

test('every kind has its file', () => expect(Object.keys(KINDS_BY_NAME).sort()).toEqual([...KINDS].sort()))

beforeAll(startWords)

describe.each(LOCALES)('in %s', (locale) => {
  beforeAll(() => speak(locale))
  test.each([
    [{ kind: 'integer' }, 1200],
    [{ kind: 'decimal' }, '1234567.5'],
    [{ kind: 'decimal', meaning: 'money' }, '336761.25'],
    [{ kind: 'integer', meaning: 'percent' }, 40],
    [{ kind: 'integer', meaning: 'year' }, 1998],
    [{ kind: 'keyword', ...OPTIONS }, 'won'],
    [{ kind: 'keywords', ...OPTIONS }, ['open', 'won']],
    [{ kind: 'keywords' }, ['Gold', '重点']],
    [{ kind: 'text' }, 'Acme'],
    [{ kind: 'boolean' }, true],
  ] as [Partial<Shown>, unknown][])('what %j writes it reads: %j', (given, value) => {
    const here = place(given)
    const own = kind(here.field)
    const written = own.format(value, here)
    expect(written).not.toBe('')
    expect(own.parse(written, here)).toEqual(value)
    expect(own.format(null, here)).toBe('')
  })
})

test.each([
  ['1,234.50', '1234.50'],
  ['１２３', '123'],
  ['45万', '450000'],
  ['1.25亿', '125000000'],
  ['3.14159k', '3141.59'],
  ['-0.5', '-0.5'],
  ['90071992547409.93', '90071992547409.93'],
  ['', null],
  ['twelve', undefined],
  ['1.2.3', undefined],
])('a person who writes %j means %j', (text, value) => {
  expect(KINDS_BY_NAME.number.parse(text, place({ kind: 'decimal' }))).toBe(value)
})

test.each([
  ['2026-1-5', '2026-01-05'],
  ['2026年1月24日', '2026-01-24'],
  ['2026/02/29', undefined],
  ['', null],
])('the day %j is %j', (text, value) => expect(KINDS_BY_NAME.date.parse(text, place({ kind: 'date' }))).toBe(value))

test('a moment goes to the clock of the reader and back', () => {
  expect(momentOf(clockOf('2026-11-24T01:30:00.000000Z'))).toBe('2026-11-24T01:30:00.000Z')
  setZone('America/New_York')
  expect(clockOf('2026-11-24T01:30:00Z')).toBe('2026-11-23 20:30:00')
  expect(KINDS_BY_NAME.datetime.parse('2026/11/23 20:30', place({}))).toBe('2026-11-24T01:30:00.000Z')
  setZone('')
})

test('money has the currency of its record', () => {
  document.documentElement.lang = 'en'
  const here = place({ kind: 'decimal', meaning: 'money', currency: 'currency' }, { currency: 'JPY' })
  expect(KINDS_BY_NAME.money.format('336761', here)).toBe('¥336,761')
})

test('other records are named, never shown as ids', () => {
  const here = place({ kind: 'keywords', ref: 'account' })
  expect(KINDS_BY_NAME.refs.format(['a1', 'a2'], here)).toBe('Acme, 中正')
})

test('a JSON value is told by its parts', () => {
  const shape = {
    kind: 'json',
    items: { kind: 'json', parts: { id: { kind: 'text' }, contact: { kind: 'keyword', types: ['contact'] }, role: { kind: 'text' } } },
  }
  const here = place({ kind: 'json', shape: shape as Shown['shape'] })
  expect(KINDS_BY_NAME.structure.format([{ id: 'x', contact: 'a2', role: 'CFO' }], here)).toBe('中正 · CFO')
})

test.each(['javascript:alert(1)', 'data:text/html,x', 'ftp://a.example', 'no address'])('%s is no link', (text) => {
  expect(safeUrl(text) ?? 'https://').toMatch(/^https?:\/\//)
  expect(safeUrl(text)).not.toBe(text)
})
