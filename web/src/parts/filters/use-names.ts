import { useQuery } from '@tanstack/react-query'
import type { Tree } from '../../app/search'
import { readAmong } from '../../data/rows'
import type { ObjectDescription } from '../../meta/describe'
import { titleOfFound, UNTITLED } from '../../meta/fields/found'
import { useTypes } from '../../meta/use-types'
import { groupOf, leavesOf } from './tree'

type Names = Record<string, string>
const NOBODY: Names = {}

/** The ids that a filter compares with, by the type of their record. */
export function namedIn(object: ObjectDescription, tree: Tree | undefined): Map<string, string[]> {
  const found = new Map<string, string[]>()
  for (const { field, op, value } of leavesOf(groupOf(tree))) {
    const type = op === 'empty' ? undefined : object.field(field)?.ref
    const ids = [value].flat().filter((one): one is string => typeof one === 'string' && one !== '' && !one.startsWith('@'))
    if (type && ids.length > 0) found.set(type, [...new Set([...(found.get(type) ?? []), ...ids])].sort())
  }
  return found
}

/** The titles of the records that a filter names: its address has their ids alone. */
export function useFilterNames(object: ObjectDescription, tree: Tree | undefined): Names {
  const types = useTypes()
  const named = [...namedIn(object, tree)]
  const wanted = named.some(([, ids]) => ids.some((id) => titleOfFound(id) === undefined))
  const { data, isLoading } = useQuery({
    queryKey: ['found', 'named', named],
    staleTime: 300_000,
    enabled: wanted,
    queryFn: async () => {
      const some = named.map(async ([name, ids]): Promise<Names> => {
        const type = types.type(name)
        if (!type) return NOBODY
        const { items } = await readAmong(type.path, ids, { fields: type.title })
        return Object.fromEntries(items.map((one) => [one.id, String(one[type.title] ?? '')]))
      })
      return Object.assign({}, ...(await Promise.all(some))) as Names
    },
  })
  if (isLoading) return Object.fromEntries(named.flatMap(([, ids]) => ids.map((id) => [id, titleOfFound(id) ?? UNTITLED])))
  return data ?? NOBODY
}
