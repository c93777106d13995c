import { boolean } from './boolean'
import { choice, choices } from './choice'
import { code } from './code'
import { date } from './date'
import { datetime } from './datetime'
import type { Kind, Shown } from './kind'
import { type KindName, kindOf } from './kind-of'
import { email, phone, url } from './links'
import { measure } from './measure'
import { money } from './money'
import { number } from './number'
import { percent } from './percent'
import { ref, refs } from './ref'
import { stage } from './stage'
import { structure } from './structure'
import { tags } from './tags'
import { multiline, text } from './text'

export const KINDS_BY_NAME: Record<KindName, Kind> = {
  text,
  multiline,
  number,
  money,
  percent,
  measure,
  date,
  datetime,
  boolean,
  choice,
  choices,
  tags,
  ref,
  refs,
  email,
  phone,
  url,
  code,
  stage,
  structure,
}

/** The kind of a field (which knows it), or of an input of a command. */
export const kind = (field: Shown & { show?: KindName }): Kind => KINDS_BY_NAME[field.show ?? kindOf(field)]
export type { EditProps, Kind, Place, Shown } from './kind'
