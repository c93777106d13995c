import { useState } from 'react'
import { onSignOut } from '../../app/session'

export type NoteKind = 'note' | 'call' | 'task' | 'meeting' | 'email'
/** What stands in the composer of a record. due: the day or moment of a task or meeting, as its field gives it. */
export interface Note {
  kind: NoteKind
  text: string
  due?: unknown
}
const NOTHING: Note = { kind: 'note', text: '' }
const halves = new Map<string, Note>()
onSignOut(() => halves.clear())

/** The half-written note of a record. It outlasts another tab and a look at the past, in memory alone: nothing is stored. */
export function useNote(key: string): { note: Note; change(part: Partial<Note>): void; drop(): void } {
  const [note, setNote] = useState(() => halves.get(key) ?? NOTHING)
  const change = (part: Partial<Note>) => {
    const next = { ...note, ...part }
    halves.set(key, next)
    setNote(next)
  }
  const drop = () => {
    halves.delete(key)
    setNote(NOTHING)
  }
  return { note, change, drop }
}
