import { locale } from '../words'

type Formatter = Intl.NumberFormat | Intl.DateTimeFormat | Intl.RelativeTimeFormat | Intl.Collator
const made = new Map<string, Formatter>()
function once<T extends Formatter>(name: string, make: (tag: string) => T): T {
  const key = `${locale()} ${name}`
  const found = (made.get(key) as T | undefined) ?? make(locale())
  made.set(key, found)
  return found
}

let zone: string | undefined
/** Days and hours are those of the reader: their own time zone, else the organisation's. */
export function setZone(name: string): void {
  zone = name || undefined
  made.clear()
}

let ownZone: string | undefined
/** Days, months and quarters that things are counted by are those of the organisation, whoever reads. */
export function setOwnZone(name: string): void {
  ownZone = name || undefined
  made.clear()
}

/** Decimal strings stay exact: Intl takes them as they are. */
const exact = (value: string | number) => value as unknown as number

const LONG = 10_000 // shorter numbers are as short in full

/** Codes that ISO 4217 has alone; another text is shown behind the number. */
export function money(value: string | number, currency: string, compact = false): string {
  if (!/^[A-Z]{3}$/.test(currency)) return `${number(value)} ${currency}`.trim()
  const options: Intl.NumberFormatOptions = { style: 'currency', currency, currencyDisplay: 'narrowSymbol' }
  const short = compact && Math.abs(Number(value)) >= LONG
  if (short) Object.assign(options, { notation: 'compact', maximumFractionDigits: 1 })
  else if (compact) Object.assign(options, { maximumFractionDigits: 0 })
  else if (Number(value) === Math.trunc(Number(value))) Object.assign(options, { maximumFractionDigits: 0 })
  const whole = options.maximumFractionDigits === 0
  return once(`money ${currency} ${short} ${whole}`, (tag) => new Intl.NumberFormat(tag, options)).format(exact(value))
}
export const number = (value: string | number, digits = 6): string =>
  once(`number ${digits}`, (tag) => new Intl.NumberFormat(tag, { maximumFractionDigits: digits })).format(exact(value))
export const compactNumber = (value: string | number): string =>
  Math.abs(Number(value)) < LONG
    ? number(value, 1)
    : once('compact', (tag) => new Intl.NumberFormat(tag, { notation: 'compact', maximumFractionDigits: 1 })).format(exact(value))
/** `value` in hundredths: 40 → 40 %. */
export const percent = (value: string | number): string =>
  once('percent', (tag) => new Intl.NumberFormat(tag, { style: 'percent', maximumFractionDigits: 1 })).format(Number(value) / 100)

/** A day, `YYYY-MM-DD`: the same everywhere. */
export const day = (value: string): string =>
  once('day', (tag) => new Intl.DateTimeFormat(tag, { year: 'numeric', month: 'short', day: 'numeric', timeZone: 'UTC' })).format(
    new Date(`${value}T00:00:00Z`),
  )
export const shortDay = (value: string): string =>
  once('short day', (tag) => new Intl.DateTimeFormat(tag, { month: 'short', day: 'numeric', timeZone: 'UTC' })).format(
    new Date(`${value}T00:00:00Z`),
  )
/** A moment on the reader's clock. */
export const moment = (value: string): string =>
  once('moment', (tag) => new Intl.DateTimeFormat(tag, { dateStyle: 'medium', timeStyle: 'short', timeZone: zone })).format(new Date(value))
export const clock = (value: string): string =>
  once('clock', (tag) => new Intl.DateTimeFormat(tag, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone: zone })).format(
    new Date(value),
  )

/** The day that a moment belongs to, `YYYY-MM-DD`. */
export const dayAt = (at: Date): string =>
  once('day at', () => new Intl.DateTimeFormat('en-CA', { year: 'numeric', month: '2-digit', day: '2-digit', timeZone: zone })).format(at)

/** The same of a moment of the address: a day stays what it is. */
export const dayOfMoment = (at: string): string => (at.length === 'YYYY-MM-DD'.length ? at : dayAt(new Date(at)))

/** The day of the organisation that a moment belongs to: groups and figures go by it. */
export const ownDayOf = (at: string): string =>
  at.length === 'YYYY-MM-DD'.length
    ? at
    : once(
        'own day',
        () => new Intl.DateTimeFormat('en-CA', { year: 'numeric', month: '2-digit', day: '2-digit', timeZone: ownZone ?? zone }),
      ).format(new Date(at))

/** What the reader's clock shows at a moment, `YYYY-MM-DD HH:MM:SS`. */
export const clockAt = (at: Date): string =>
  once('clock at', () => {
    const two = '2-digit'
    const parts = { year: 'numeric', month: two, day: two, hour: two, minute: two, second: two, hourCycle: 'h23', timeZone: zone } as const
    return new Intl.DateTimeFormat('sv-SE', parts) // Swedes write it so
  }).format(at)

const DAY_MS = 86_400_000
/**
 * When the reader's clock shows this, `YYYY-MM-DD HH:MM[:SS]`; undefined where it is no clock. An hour that comes twice is its first;
 * one that is left out counts on from the time before.
 */
export function momentAt(clock: string): Date | undefined {
  const utc = (text: string) => Date.parse(`${text.replace(' ', 'T')}Z`)
  const wanted = utc(clock)
  if (Number.isNaN(wanted)) return undefined
  const shown = (at: number) => utc(clockAt(new Date(at)))
  const [before = wanted, after = wanted] = [-DAY_MS, DAY_MS].map((by) => wanted - (shown(wanted + by) - (wanted + by)))
  return new Date(shown(before) !== wanted && shown(after) === wanted ? after : before)
}

/** The first and the last millisecond of what an address calls a moment: of a day by the reader's clock, else the moment twice. */
export function boundsOf(at: string): [number, number] {
  if (at.length > 'YYYY-MM-DD'.length) return [Date.parse(at), Date.parse(at)]
  const [first, last] = ['00:00:00', '23:59:59'].map((clock) => momentAt(`${at} ${clock}`)?.getTime() ?? Number.NaN)
  return [first as number, (last as number) + 999]
}

const STEPS: [number, Intl.RelativeTimeFormatUnit][] = [
  [60, 'second'],
  [60, 'minute'],
  [24, 'hour'],
  [30, 'day'],
  [12, 'month'],
  [Number.POSITIVE_INFINITY, 'year'],
]
/** How long ago, in the largest unit that gives at least one. */
export function ago(value: string, now = Date.now()): string {
  let amount = (Date.parse(value) - now) / 1000
  const format = once('ago', (tag) => new Intl.RelativeTimeFormat(tag, { numeric: 'auto', style: 'short' }))
  for (const [size, unit] of STEPS) {
    if (Math.abs(amount) < size) return unit === 'second' ? format.format(0, 'second') : format.format(Math.round(amount), unit)
    amount /= size
  }
  return ''
}
/** Several words in a row. */
export const joined = (texts: string[]): string => texts.join(locale() === 'en' ? ', ' : '、')
/** The order of names that people expect: Chinese by pinyin. */
export const compare = (a: string, b: string): number => once('order', (tag) => new Intl.Collator(tag)).compare(a, b)

const UNITS = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const
/** A number with its unit in words, as `3 days`. */
export const measured = (value: number, unit: string, unitDisplay: 'narrow' | 'short' | 'long'): string =>
  once(`unit ${unit} ${unitDisplay}`, (tag) => new Intl.NumberFormat(tag, { style: 'unit', unit, unitDisplay })).format(value)

/** How long, in its two largest units; below ten seconds with one digit. */
export function span(seconds: number): string {
  let left = seconds < 10 ? Math.round(seconds * 10) / 10 : Math.round(seconds)
  const parts: string[] = []
  for (const [unit, size] of UNITS) {
    const amount = unit === 'second' ? left : Math.floor(left / size)
    left -= amount * size
    if (amount === 0 && !(unit === 'second' && parts.length === 0)) {
      if (parts.length > 0) break
      continue
    }
    const format = once(
      `span ${unit}`,
      (tag) => new Intl.NumberFormat(tag, { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: 1 }),
    )
    parts.push(format.format(amount))
    if (parts.length === 2) break
  }
  return parts.join(' ')
}
