import type { ComponentType } from 'react'
import type { Doc, MetaField, MetaPart } from '../meta'
import type { StagePaths } from '../stages'

/** What a kind must know of a field, or of a part of a command's body. */
export type Shown = Pick<MetaField & MetaPart, 'kind' | 'meaning' | 'options' | 'option_labels' | 'types'> & {
  name: string
  label: string
  ref?: string | null
  currency?: string | null
  required?: boolean
  shape?: MetaPart
}

/** Where a value stands: names has the titles of the records that are named, by id. */
export interface Place {
  field: Shown
  record?: Doc
  names: Record<string, string>
  stages?: StagePaths
  /** How the record left its path, by its status and in words: shown in place of the stage where it stood then. */
  ended?: { status: string; label: string }
}

export interface EditProps {
  place: Place
  value: unknown
  onChange(value: unknown): void
  error?: string
  /** No label above: the name goes to screen readers alone. */
  bare?: boolean
  autoFocus?: boolean
}

/** How values of one kind are read, written, entered and asked for: one file each. */
export interface Kind {
  /** As plain text; '' where there is nothing. */
  format(value: unknown, place: Place): string
  /** From text that a person wrote or pasted; undefined = not understood. null = nothing. */
  parse(text: string, place: Place): unknown
  /** Where text is not enough: links, colours, initials. */
  Show?: ComponentType<{ value: unknown; place: Place }>
  Edit: ComponentType<EditProps>
  /** Operators of a filter, the first one first. */
  operators: readonly string[]
  /** Stands at the end of its column, in tabular digits. */
  numeric?: boolean
}

/** The properties that every input takes. */
export const inputOf = ({ place: { field }, error, bare, autoFocus }: EditProps) => ({
  'aria-label': bare ? field.label : undefined,
  label: bare ? undefined : field.label,
  withAsterisk: !bare && field.required,
  error: error || undefined,
  'data-autofocus': autoFocus || undefined,
  autoFocus,
  'data-field': field.name,
})
export const textOf = (value: unknown): string => (value === null || value === undefined ? '' : String(value))
