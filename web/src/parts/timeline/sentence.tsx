import type { HistoryEntry, Names } from '../../data/records'
import type { FieldDescription, ObjectDescription } from '../../meta/describe'
import { kind } from '../../meta/fields'
import { type Doc, isEmpty } from '../../meta/meta'
import type { Show } from '../../meta/show'
import { useTranslation } from '../../words'
import { did } from '../../words/did'
import s from './timeline.module.css'

const MOST = 4
const CREATED_BY = 'create'

export interface Step {
  field: FieldDescription
  from: string
  to: string
}

/** What an entry changed, as people read it: fields for programs, what looks the same, and what merely follows from the rest are left out. */
export function stepsOf(object: ObjectDescription, entry: HistoryEntry, show: Show, names: Names, record?: Doc): Step[] {
  const side = (one: 'from' | 'to', other: 'from' | 'to'): Doc => {
    const values = Object.entries(entry.changes).map(([name, change]) => [name, change[one] ?? change[other]])
    return { id: '', version: 0, ...record, ...Object.fromEntries(values) }
  }
  const [before, after] = [side('from', 'to'), side('to', 'from')]
  const written = (field: FieldDescription, value: unknown, record: Doc) =>
    isEmpty(value) ? '' : kind(field).format(value, show.place(field, record, names))
  const steps = Object.entries(entry.changes).flatMap(([name, { from, to }]) => {
    const field = object.field(name)
    if (field === undefined || field.technical) return []
    const step = { field, from: written(field, from, before), to: written(field, to, after) }
    return step.from === step.to ? [] : [step]
  })
  const meant = steps.filter(({ field }) => field.writable || field.edited_by)
  const told = steps.filter(({ field }) => field.show === 'choice' || field.show === 'text' || field.show === 'structure')
  return meant.length > 0 ? meant : told.length > 0 ? told : steps
}

/** Whose name stands at a change: a person's, else the suite's. */
export const useActor = (): ((entry: Pick<HistoryEntry, 'actor' | 'on_behalf_of'>, names: Names) => string) => {
  const { t } = useTranslation()
  return (entry, names) => names[entry.on_behalf_of] ?? names[entry.actor] ?? t('timeline.system')
}

interface Props {
  object: ObjectDescription
  entry: HistoryEntry
  show: Show
  names: Names
  /** The record as it is shown: the currency of an amount that changed alone. */
  record?: Doc
  /** All fields, not the first few. */
  whole?: boolean
}

/** A change as a sentence: who, what, from → to. A crossed-out word is the value before. */
export function Sentence({ object, entry, show, names, record, whole }: Props) {
  const { t } = useTranslation()
  const actor = useActor()
  const steps = stepsOf(object, entry, show, names, record)
  const command = object.command(entry.command_name)
  const who = <b>{actor(entry, names)}</b>
  if (command?.action === CREATED_BY || entry.version === 1) {
    return (
      <p>
        {who} {t('timeline.created')}
      </p>
    )
  }
  const main = steps.find(({ field }) => command && field.edited_by === command.name) ?? (steps.length === 1 ? steps[0] : undefined)
  const edited = command === undefined || command === object.edit || (main && main.field.edited_by === command.name)
  const others = edited ? steps.filter((step) => step !== main) : steps
  const shown = whole ? others : others.slice(0, MOST)
  return (
    <>
      <p>
        {who}{' '}
        {edited && steps.length > 0 ? (
          t('timeline.changed')
        ) : (
          <span className={s.label}>{command ? did(command.label) : wordOf(entry.type)}</span>
        )}{' '}
        {edited && main && <Change step={main} />}
      </p>
      {shown.length > 0 && (
        <ul className={s.steps}>
          {shown.map((step) => (
            <li key={step.field.name}>
              <Change step={step} />
            </li>
          ))}
          {others.length > shown.length && <li>{t('timeline.moreChanges', { count: others.length - shown.length })}</li>}
        </ul>
      )}
      {entry.reason && <p className={s.why}>{t('timeline.why', { reason: entry.reason })}</p>}
    </>
  )
}

/** `sales.OpportunityWon` → `Opportunity won`: of events whose command /meta does not name. */
const wordOf = (type: string) => (type.split('.').at(-1) ?? type).replace(/([a-z])([A-Z])/g, '$1 $2')

function Change({ step: { field, from, to } }: { step: Step }) {
  const { t } = useTranslation()
  return (
    <>
      <span className={s.label}>{field.label}</span> {from && <del>{from}</del>} {from ? '→' : t('timeline.set')}{' '}
      <ins>{to || t('timeline.cleared')}</ins>
    </>
  )
}
