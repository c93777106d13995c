import { columnKey, NONE } from '../../meta/boards'
import type { FieldDescription, ObjectDescription } from '../../meta/describe'
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
  return mayBeEmpty(field) ? [{ key: NONE, title: t('list.without', { what: field.label }), ramp: 1 }, ...lanes] : lanes
}

/** Whether records may have no value there: the field can be edited, and nobody must fill it in. */
const mayBeEmpty = (field: FieldDescription | undefined): field is FieldDescription =>
  field?.editor !== undefined && !field.required && !field.editor.command.fields[field.editor.input]

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
