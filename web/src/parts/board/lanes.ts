import { type Group, groupKey } from '../../data/boards'
import { columnKey, NONE, offers } from '../../meta/boards'
import type { ObjectDescription } from '../../meta/describe'
import { type Doc, fieldValue } from '../../meta/meta'
import type { StagePaths } from '../../meta/stages'
import { t } from '../../words'
import type { Lane } from './columns'
import { moverOf } from './use-move'

const RAMP = 7
const along = (n: number, of: number) => (of < 2 ? 1 : 1 + Math.round((n * (RAMP - 1)) / (of - 1)))

/** The columns that there are: the stages of a path in their order, or the options of the board's field; before them those without a value. */
export function lanesOf(object: ObjectDescription, paths: StagePaths | undefined, pipeline: string | undefined): Lane[] {
  if (object.stages) {
    const stages = (pipeline ? (paths?.of(pipeline) ?? []) : []).filter((stage) => !stage.retired)
    return stages.map((stage, n) => ({ key: stage.key, title: stage.title, ramp: along(n, stages.length) }))
  }
  const field = object.field(object.boardField ?? '')
  const options = field?.options ?? []
  const lanes = options.map((key, n) => ({ key, title: field?.option_labels?.[key] ?? key, ramp: along(n, options.length) }))
  return offers(field, NONE) ? [without(object), ...lanes] : lanes
}

const without = (object: ObjectDescription): Lane => ({
  key: NONE,
  title: t('list.without', { what: object.field(object.boardField ?? '')?.label }),
  ramp: 1,
})

/** What records have and no column is for: an option that is offered no more; no value, where one is needed or this role gives none. */
export function straysOf(object: ObjectDescription, lanes: Lane[], groups: Group[]): string[] {
  if (object.stages) return []
  const keys = groups.filter((group) => group.count > 0).map(groupKey)
  return keys.filter((key) => !lanes.some((lane) => lane.key === key))
}

/** The columns, and one for each stray: no record is hidden by the way a board looks at it. Nothing can be moved there. */
export function withStrays(object: ObjectDescription, lanes: Lane[], strays: string[]): Lane[] {
  const titles = object.field(object.boardField ?? '')?.option_labels
  const others = strays.filter((key) => key !== NONE).map((key): Lane => ({ key, title: titles?.[key] ?? key, ramp: RAMP }))
  return [...(strays.includes(NONE) ? [without(object)] : []), ...lanes, ...others]
}

/** Why a card cannot go to a column, as far as it can be told beforehand: nothing leads there, or the gate leads back only to some. */
export function refusalOf(object: ObjectDescription, card: Doc, to: string, paths: StagePaths | undefined): string | undefined {
  const here = columnKey(fieldValue(card, object.boardField ?? ''))
  if (to === here) return undefined
  const mover = moverOf(object, to)
  if (mover === undefined || !mover.allowed) return t('board.noWay')
  const when = mover.when?.[object.boardField ?? '']
  if (object.moves?.[to] && when && !when.includes(here)) return t('board.notFromHere')
  const stages = paths?.of(card) ?? []
  const [from, target] = [here, to].map((key) => stages.findIndex((stage) => stage.key === key)) as [number, number]
  const back = stages[from]?.gate.back
  if (target >= 0 && target < from && back && !back.includes(to)) return t('board.noBack')
  return undefined
}
