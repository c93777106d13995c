import type { Tree } from '../../app/search'
import type { FieldDescription, ObjectDescription } from '../../meta/describe'
import { kind } from '../../meta/fields'

export type Leaf = Extract<Tree, { field: string }>
export type Way = 'all' | 'any' | 'none'
/** A group as the editor has it: one way, its parts. */
export interface Group {
  way: Way
  parts: (Leaf | Group)[]
}

export const isLeaf = (node: Leaf | Group): node is Leaf => 'field' in node
const WAYS: readonly Way[] = ['all', 'any', 'none']

export function groupOf(tree: Tree | undefined | null): Group {
  if (!tree) return { way: 'all', parts: [] }
  if ('field' in tree) return { way: 'all', parts: [tree] }
  const way = WAYS.find((one) => one in tree) as Way
  const parts = (tree as unknown as Record<Way, Tree[]>)[way].map((part) => ('field' in part ? part : groupOf(part)))
  return { way, parts }
}

/** The tree that the server takes: conditions without a value, and groups without parts, are left out. */
export function treeFrom(group: Group): Tree | undefined {
  const parts = group.parts.flatMap((part) => {
    if (!isLeaf(part)) return treeFrom(part) ?? []
    return isWhole(part) ? [part] : []
  })
  return parts.length ? ({ [group.way]: parts } as unknown as Tree) : undefined
}

/** Both hold. */
export function both(one: Tree | undefined | null, other: Tree | undefined | null): Tree | undefined {
  const parts = [one, other].filter((tree): tree is Tree => Boolean(tree) && !isNothing(tree as Tree))
  return parts.length > 1 ? { all: parts } : parts[0]
}
export const isNothing = (tree: Tree): boolean =>
  !('field' in tree) && Object.values(tree).every((parts) => Array.isArray(parts) && !parts.length)

export function isWhole({ op, value }: Leaf): boolean {
  if (op === 'empty') return typeof value === 'boolean'
  if (Array.isArray(value)) return value.length > 0
  return value !== undefined && value !== '' && value !== null
}

/** Whether each condition has its value, so that `treeFrom` leaves none out. */
export const isComplete = (group: Group): boolean => group.parts.every((part) => (isLeaf(part) ? isWhole(part) : isComplete(part)))

/** All conditions, those within groups too. */
export const leavesOf = (group: Group): Leaf[] => group.parts.flatMap((part) => (isLeaf(part) ? part : leavesOf(part)))
export const countOf = (group: Group): number => leavesOf(group).length

/** Names of fields that a filter compares and the record type has not, or not for this person: an old address has such. */
export const unknownIn = (object: ObjectDescription, tree: Tree | undefined): string[] => [
  ...new Set(leavesOf(groupOf(tree)).flatMap(({ field }) => (field === 'id' || object.field(field) ? [] : [field]))),
]

/** The operators of a field, the usual one first. */
export const operatorsOf = (field: FieldDescription): string[] => [...kind(field).operators]

/** A new condition on a field, still without its value. */
export function blank(field: FieldDescription): Leaf {
  const [op = 'eq'] = operatorsOf(field)
  return { field: field.name, op, value: op === 'empty' || field.show === 'boolean' ? true : undefined }
}

/** The same condition with another operator: its value stays where it fits. */
export function withOperator(leaf: Leaf, op: string): Leaf {
  if (op === 'empty') return { ...leaf, op, value: true }
  const was = leaf.op === 'empty' ? undefined : leaf.value
  if (op === 'in') return { ...leaf, op, value: was === undefined || Array.isArray(was) ? was : [was] }
  return { ...leaf, op, value: Array.isArray(was) ? was[0] : was }
}

export const replaced = <T>(all: readonly T[], at: number, one: T | undefined): T[] =>
  all.flatMap((now, n) => (n === at ? (one === undefined ? [] : [one]) : [now]))

export const RELATIVE = [
  'today',
  'yesterday',
  'tomorrow',
  'this_week',
  'last_week',
  'next_week',
  'this_month',
  'last_month',
  'next_month',
  'this_quarter',
  'last_quarter',
  'next_quarter',
  'this_year',
  'last_year',
  'next_year',
  'this_fiscal_year',
  '-7d',
  '-30d',
  '-90d',
  '+7d',
  '+30d',
] as const
export const isRelative = (value: unknown): value is string => typeof value === 'string' && value !== '' && !/^\d{4}-/.test(value)
