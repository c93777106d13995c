import { type Group, groupKey, type Sums } from '../../data/boards'
import { columnKey } from '../../meta/boards'
import { type Doc, fieldValue } from '../../meta/meta'

/** A column, whether there is a card in it or not. */
export interface Lane {
  key: string
  title: string
  /** Its place on the ramp of colours, 1 to 7. */
  ramp: number
}
export interface Column extends Lane {
  count: number
  /** By field: what its records add up to in each currency. */
  sums: Record<string, Sums[]>
  cards: Doc[]
  more: boolean
}

interface By {
  field: string
  sums: string[]
  currency?: string
  stays?(card: Doc): boolean
}

/** What a group adds up to, by field: the answer has the first field's sums apart where it is the only one. */
function sumsOf(group: Group | undefined, fields: string[]): Record<string, Sums[]> {
  if (group === undefined) return {}
  const [first = ''] = fields
  const all = group.totals ?? { [first]: { sum: group.sum ?? null, sums: group.sums } }
  return Object.fromEntries(
    Object.entries(all).map(([field, amount]) => [field, amount.sums ?? (amount.sum ? [{ currency: '', sum: amount.sum }] : [])]),
  )
}

/** Move an amount from or to a column before the server has added it up: shown for a moment, so a float will do. */
function shifted(sums: Sums[], currency: string, amount: number): Sums[] {
  const found = sums.find((one) => one.currency === currency)
  if (found === undefined) return amount > 0 ? [...sums, { currency, sum: String(amount) }] : sums
  return sums.map((one) => (one === found ? { ...one, sum: String(Number(one.sum) + amount) } : one))
}

/**
 * The columns of a board. A card stands where its own field says: what was just moved is in its new column, with its
 * amount, before the server has answered. stays: a card that somebody else moved; it stands where it was read.
 */
export function columnsOf(lanes: Lane[], groups: Group[], by: By): Column[] {
  const { field, sums, currency = 'currency', stays } = by
  const cards = groups.flatMap((group) =>
    (group.cards ?? []).map((card) => {
      const from = groupKey(group)
      return { card, from, to: stays?.(card) ? from : columnKey(fieldValue(card, field)) }
    }),
  )
  return lanes.map((lane) => {
    const group = groups.find((one) => groupKey(one) === lane.key)
    const came = cards.filter((one) => one.to === lane.key && one.from !== lane.key)
    const left = cards.filter((one) => one.from === lane.key && one.to !== lane.key)
    const total = sumsOf(group, sums)
    for (const name of sums) {
      for (const [moved, sign] of [
        [came, 1],
        [left, -1],
      ] as const) {
        for (const { card } of moved) {
          const amount = Number(card[name])
          if (Number.isFinite(amount)) total[name] = shifted(total[name] ?? [], String(card[currency] ?? ''), sign * amount)
        }
      }
    }
    const own = cards.filter((one) => one.to === lane.key && one.from === lane.key)
    return {
      ...lane,
      count: (group?.count ?? 0) + came.length - left.length,
      sums: total,
      cards: [...came, ...own].map((one) => one.card),
      more: typeof group?.next === 'string',
    }
  })
}

const DAY_MS = 86_400_000
/** Whole days that a card has stood where it stands; undefined where that is not known. */
export function ageOf(since: unknown, at: number): number | undefined {
  if (typeof since !== 'string' || since === '') return undefined
  const days = Math.floor((at - Date.parse(since)) / DAY_MS)
  return Number.isFinite(days) && days >= 0 ? days : undefined
}

/** Beyond two weeks a card is old, beyond a month it is stale. */
export const staleness = (days: number | undefined): 'old' | 'stale' | undefined =>
  days === undefined || days < 15 ? undefined : days < 31 ? 'old' : 'stale'

/** How a card's place differs at another moment: the column or the way off the path where it stands, '' where it is not on the board. */
export function movedTo(card: Doc, field: string, ends: string[], there: ReadonlyMap<string, Doc> | undefined): string | undefined {
  if (there === undefined) return undefined
  const found = there.get(card.id)
  const ended = ends.find((status) => status === found?.status)
  const key = found === undefined ? '' : (ended ?? columnKey(fieldValue(found, field)))
  return key === columnKey(fieldValue(card, field)) ? undefined : key
}
