import { useMemo } from 'react'
import type { FieldDescription, ObjectDescription } from './describe'
import { kind, type Place } from './fields'
import { type Doc, fieldValue, isEmpty } from './meta'
import { useStagePaths } from './stages'

type Names = Record<string, string>
export interface Show {
  /** Where the value of a field stands: what its kind needs to show it. */
  place(field: FieldDescription, record: Doc | undefined, names: Names): Place
  /** How the record left its path; undefined while it is on it. */
  endOf(record: Doc | undefined): Place['ended']
  /** As plain text. */
  text(field: FieldDescription, record: Doc | undefined, names: Names): string
}

/** How the values of a record type are shown. Once for a page or a list, not for each of its cells. */
export function useShow(object: ObjectDescription): Show {
  const stages = useStagePaths(object)
  return useMemo(() => {
    const status = object.ends && object.field('status')
    const endOf = (record: Doc | undefined) => {
      const now = String(record?.status ?? '')
      return status && object.ends && now in object.ends ? { status: now, label: status.option_labels?.[now] ?? now } : undefined
    }
    const place = (field: FieldDescription, record: Doc | undefined, names: Names): Place => ({ field, record, names, stages })
    return {
      place,
      endOf,
      text: (field, record, names) => kind(field).format(fieldValue(record, field.name), place(field, record, names)),
    }
  }, [object, stages])
}

interface Props {
  show: Show
  field: FieldDescription
  record: Doc | undefined
  names: Names
  /** Another value than the record's: what it was, what it will be. */
  value?: unknown
}

/** A value as its kind shows it: a link, a face, a dot with a word, or text. Nothing where there is nothing. */
export function Value({ show, field, record, names, value }: Props) {
  const shown = value === undefined ? fieldValue(record, field.name) : value
  if (isEmpty(shown)) return null
  const { Show, format } = kind(field)
  const place = { ...show.place(field, record, names), ended: value === undefined ? show.endOf(record) : undefined }
  return Show ? <Show value={shown} place={place} /> : format(shown, place)
}
