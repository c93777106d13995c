import { IconCheck, IconLock, IconPencil } from '@tabler/icons-react'
import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import { isProblem } from '../../api/problem'
import { useCommand } from '../../data/act'
import { merged } from '../../data/cache'
import { usePast } from '../../data/moment'
import type { One } from '../../data/records'
import { bodyOf, type FieldDescription, type ObjectDescription, patchOf } from '../../meta/describe'
import { kind } from '../../meta/fields'
import { fieldValue, isEmpty, same } from '../../meta/meta'
import { type Show, Value } from '../../meta/show'
import { toast } from '../../ui/toast'
import { useTranslation } from '../../words'
import s from './facts.module.css'
import { useFixed } from './use-fixed'

interface Props {
  object: ObjectDescription
  one: One
  field: FieldDescription
  show: Show
  /** The value of now, where another moment is looked at and it differs. */
  now?: string
}

/** Saved as soon as it is chosen: there is nothing to type. */
const AT_ONCE = ['choice', 'date', 'boolean', 'ref', 'stage', 'code']
const SHOWN_MS = 1000

/** What the server has confirmed before the page's record has it. */
interface Confirmed {
  id: string
  version: number
  patch: Record<string, unknown>
}

/** One fact: the value, and in its place the input. A tick stands in the edge of the input while it is saved. */
export function Fact({ object, one: held, field, show, now }: Props) {
  const { t } = useTranslation()
  const fixed = useFixed(held, field)
  const [confirmed, setConfirmed] = useState<Confirmed | undefined>()
  const past = usePast()
  const newer = !past && confirmed?.id === held.record.id && confirmed.version > held.record.version
  const one = newer ? { ...held, record: { ...merged(held.record, confirmed.patch), version: confirmed.version } } : held
  const [editing, setEditing] = useState(false)
  const [saved, setSaved] = useState(false)
  const [why, setWhy] = useState(false) // why it cannot be changed
  const value = fieldValue(one.record, field.name)
  useEffect(() => {
    if (!saved) return
    const timer = setTimeout(() => setSaved(false), SHOWN_MS)
    return () => clearTimeout(timer)
  }, [saved])
  const end = (by?: Confirmed) => {
    setEditing(false)
    setSaved(by !== undefined)
    setConfirmed(by)
  }
  const shown = isEmpty(value) ? (
    <span className={s.none}>{t('record.empty')}</span>
  ) : (
    <Value show={show} field={field} record={one.record} names={one.names} />
  )
  return (
    <div className={s.fact} data-field={field.name} data-changed={now !== undefined || undefined}>
      <dt>{field.label}</dt>
      <dd>
        {editing ? (
          <FactInput object={object} one={one} field={field} show={show} onEnd={end} />
        ) : (
          <>
            <span className={s.value}>
              {shown}
              {why && fixed && fixed !== 'always' && <small className={s.why}>{t(`record.fixed.${fixed}`)}</small>}
              {now !== undefined && <small>{t('time.was', { value: now || t('record.empty') })}</small>}
            </span>
            {saved && <IconCheck className={s.saved} size={15} aria-label={t('record.saved')} />}
            {fixed && fixed !== 'always' && (
              <button
                type="button"
                className={s.pencil}
                aria-label={t(`record.fixed.${fixed}`)}
                aria-expanded={why}
                onClick={() => setWhy(!why)}
              >
                <IconLock size={13} stroke={1.6} />
              </button>
            )}
            {!fixed && (
              <button
                type="button"
                className={s.pencil}
                aria-label={t('record.editField', { field: field.label })}
                onClick={() => setEditing(true)}
              >
                <IconPencil size={14} stroke={1.6} />
              </button>
            )}
          </>
        )}
      </dd>
    </div>
  )
}

function FactInput({ object, one, field, show, onEnd }: Omit<Props, 'now'> & { onEnd(by?: Confirmed): void }) {
  const before = fieldValue(one.record, field.name)
  const [value, setValue] = useState(before)
  const [error, setError] = useState('')
  const { run, busy } = useCommand()
  const box = useRef<HTMLFormElement>(null)
  const sending = useRef(false)
  const base = useRef(one.record) // what was shown when the editing began: a clash is judged by it
  const { t } = useTranslation()
  const { Edit } = kind(field)
  const place = show.place(field, base.current, one.names)

  const save = async (chosen: unknown) => {
    if (same(chosen, before)) return onEnd()
    const command = field.editor?.command
    if (command === undefined || busy) return
    sending.current = true
    try {
      setError('')
      const told = t('record.isNow', { field: field.label, value: kind(field).format(chosen, place) || t('record.empty') })
      const patch = patchOf(field, chosen)
      const done = await run({
        object,
        command,
        id: one.record.id,
        base: base.current,
        body: bodyOf(field, chosen, base.current),
        patch,
        inPlace: true,
        told,
      })
      onEnd({ id: one.record.id, version: done.version, patch: done.kept === 'theirs' ? {} : patch })
    } catch (failed) {
      if (!isProblem(failed)) throw failed
      const errors = failed.byField()
      const why = errors[field.editor?.input ?? ''] ?? errors[field.name] ?? failed.errors[0]?.message ?? failed.message
      if (box.current) setError(why)
      else toast({ kind: 'bad', text: `${field.label} · ${why}` }) // the person has gone on: there is no input to say it
    } finally {
      sending.current = false
    }
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return // the key is the IME's: Enter takes a word, Esc drops it
    if (event.key === 'Escape') [event.stopPropagation(), onEnd()]
    if (event.key === 'Enter' && (field.show !== 'multiline' || event.metaKey || event.ctrlKey)) {
      event.preventDefault()
      void save(read(box.current, field, show, one) ?? value)
    }
  }
  const onChange = (chosen: unknown) => {
    setValue(chosen)
    if (AT_ONCE.includes(field.show)) void save(chosen)
  }
  const onBlur = () =>
    setTimeout(() => {
      if (!hasLeft(box.current)) return
      if (!AT_ONCE.includes(field.show)) return void save(read(box.current, field, show, one) ?? value)
      if (!sending.current && error === '') onEnd() // what is chosen is saved at once: nobody has chosen
    })
  return (
    <form
      ref={box}
      className={s.input}
      onKeyDown={onKeyDown}
      onBlur={onBlur}
      data-busy={busy || undefined}
      onSubmit={(event) => {
        event.preventDefault()
        void save(read(box.current, field, show, one) ?? value)
      }}
      noValidate
    >
      <Edit place={show.place(field, one.record, one.names)} value={value} onChange={onChange} error={error} bare autoFocus />
    </form>
  )
}

/** Whether the focus is elsewhere; the list of a select and a calendar lie outside of the box, and another window takes no focus away. */
function hasLeft(box: HTMLElement | null): boolean {
  const to = document.activeElement
  return box !== null && document.hasFocus() && !box.contains(to) && !to?.closest('[data-portal], [role=listbox], [role=dialog]')
}

const WRITTEN = ['number', 'money', 'percent', 'measure']
/** A number as it stands in its input, in the form that the server takes; undefined for others and for what is no number. */
function read(box: HTMLElement | null, field: FieldDescription, show: Show, one: One): unknown {
  const input = WRITTEN.includes(field.show) ? box?.querySelector('input') : null
  return input ? kind(field).parse(input.value, show.place(field, one.record, one.names)) : undefined
}
