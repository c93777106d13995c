import { usePast } from '../../data/moment'
import type { One } from '../../data/records'
import type { FieldDescription } from '../../meta/describe'
import { applies } from '../../meta/meta'

/** Why a field cannot be changed here. always: nobody enters it, or another moment is looked at. */
export type Fixed = 'always' | 'role' | 'state' | 'record'

/** undefined: this person may change it now. */
export function useFixed({ record, rights }: One, field: FieldDescription): Fixed | undefined {
  const past = usePast()
  const { editor } = field
  const refused = rights?.fields?.includes(field.name)
  if (past || field.show === 'structure') return 'always'
  if (editor === undefined) return refused ? 'role' : 'always'
  if (!applies(editor.command, record)) return 'state'
  return refused || rights?.commands[editor.command.name] === false ? 'record' : undefined
}
