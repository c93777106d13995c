import type { Group, Sums } from '../../data/boards'
import type { FieldDescription } from '../../meta/describe'
import { compactNumber, money } from '../../ui/format'

const nothing = (sum: string | null | undefined) => !sum || Number(sum) === 0

/** Money is added up per currency, other numbers at once: ¥45亿 · US$2.1M. */
export function compactSums(
  { sum, sums }: { sum?: string | null; sums?: Sums[] },
  field: FieldDescription | undefined,
): string | undefined {
  if (!field) return undefined
  if (sums?.length) {
    const shown = sums
      .filter((one) => !nothing(one.sum))
      .map((one) => (one.currency ? money(one.sum, one.currency, true) : compactNumber(one.sum)))
    return shown.join(' · ') || undefined
  }
  return nothing(sum) || field.meaning === 'money' ? undefined : compactNumber(sum as string)
}

/** The groups of a board by currency, added up: one amount for each currency and field. */
export function sumsByCurrency(groups: readonly Group[], names: readonly string[]): Record<string, Sums[]> {
  const found: Record<string, Sums[]> = {}
  for (const name of names) {
    found[name] = groups
      .map((group) => ({ currency: String(group.key ?? ''), sum: (names.length > 1 ? group.totals?.[name]?.sum : group.sum) ?? '0' }))
      .filter((one) => !nothing(one.sum))
  }
  return found
}
