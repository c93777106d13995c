import { type ReactNode, useState } from 'react'
import { isProblem, type Problem } from '../../api/problem'
import { useCommand } from '../../data/act'
import { NONE, offers } from '../../meta/boards'
import { bodyOf, called, type ObjectDescription, patchOf } from '../../meta/describe'
import { kind, type Shown } from '../../meta/fields'
import type { Doc, MetaCommand } from '../../meta/meta'
import { useStagePaths } from '../../meta/stages'
import { toast } from '../../ui/toast'
import { useTranslation } from '../../words'
import { Gate } from './gate'

/** The command that brings a record to a column: the one that edits the field, or the one of the column itself. undefined: none does. */
export function moverOf(object: ObjectDescription, to: string): MetaCommand | undefined {
  const named = object.moves?.[to] ?? object.ends?.[to]
  if (named) return object.command(named)
  const field = object.field(object.boardField ?? object.stages?.field ?? '')
  return object.stages || offers(field, to) ? field?.editor?.command : undefined
}

/** What goes along with a move: in the body, and as the record will show it. */
export interface Along {
  body: Record<string, unknown>
  patch: Record<string, unknown>
}
interface Closed {
  record: Doc
  to: string
  problem: Problem
}
const NOTHING: Along = { body: {}, patch: {} }

/**
 * Move a record along its path, or to another column of its board. A closed gate asks for what is missing; another
 * refusal is said with its reason. `gate` stands somewhere on the page.
 */
export function useMove(object: ObjectDescription): { move(record: Doc, to: string): Promise<boolean>; gate: ReactNode } {
  const { run } = useCommand()
  const { t } = useTranslation()
  const stages = useStagePaths(object)
  const [closed, setClosed] = useState<Closed | undefined>()
  const by = object.stages?.field ?? object.boardField ?? ''

  /** base: the record as it was shown. Answers whether it went through; else the gate stands open, or the reason was said. */
  const move = async (record: Doc, to: string, along = NOTHING, base = record): Promise<boolean> => {
    const command = moverOf(object, to)
    if (command === undefined) return false
    const field = object.field(by)
    const edits = field?.editor?.command === command && object.stages === undefined // the field's own command: nothing is asked
    const value = to === NONE ? '' : to
    const input = edits ? bodyOf(field, value, record) : by in command.fields ? { [by]: to } : {}
    const place = { field: field as Shown, record, names: {}, stages }
    const column = to === NONE ? t('list.without', { what: field?.label }) : field && kind(field).format(to, place)
    const title = object.ends?.[to] ? object.field('status')?.option_labels?.[to] : column
    const told = t('board.movedTo', { name: called(object, record), stage: title ?? to })
    const after = object.ends?.[to] ? { status: to } : edits ? patchOf(field, value) : { [by]: to }
    try {
      await run({
        object,
        command,
        id: record.id,
        base,
        body: { ...input, ...along.body },
        patch: { ...along.patch, ...after },
        told,
      })
      return true
    } catch (error) {
      if (!isProblem(error)) throw error
      if (error.errors.length > 0 && !edits) setClosed({ record, to, problem: error })
      else toast({ kind: 'bad', text: error.errors[0]?.message ?? error.message })
      return false
    }
  }
  const gate = closed && (
    <Gate
      object={object}
      record={closed.record}
      to={closed.to}
      problem={closed.problem}
      onClose={() => setClosed(undefined)}
      onPass={async (along, base) => {
        if (await move(closed.record, closed.to, along, base)) setClosed(undefined)
      }}
    />
  )
  return { move: (record, to) => move(record, to), gate }
}
