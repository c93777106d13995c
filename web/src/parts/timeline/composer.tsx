import { IconCalendarEvent, IconCheckbox, IconMail, IconNote, IconPhone } from '@tabler/icons-react'
import { type FormEvent, type KeyboardEvent, useRef, useState } from 'react'
import { isProblem } from '../../api/problem'
import { useCommand } from '../../data/act'
import type { ObjectDescription } from '../../meta/describe'
import { kind as kindOf } from '../../meta/fields'
import { Button } from '../../ui/button'
import { usePhone } from '../../ui/media'
import { useTranslation } from '../../words'
import { Unsaved } from '../form/unsaved'
import s from './composer.module.css'
import { type NoteKind, useNote } from './use-note'

const ICONS = { note: IconNote, call: IconPhone, task: IconCheckbox, meeting: IconCalendarEvent, email: IconMail }
const KINDS = Object.keys(ICONS) as NoteKind[]
const TITLE_LENGTH = 120

/** The first line is what it is about; the rest is what was said. */
export function written(text: string): { subject: string; body: string } {
  const [first = '', ...rest] = text.trim().split('\n')
  if (first.length <= TITLE_LENGTH) return { subject: first, body: rest.join('\n').trim() }
  return { subject: `${first.slice(0, TITLE_LENGTH - 1)}…`, body: text.trim() }
}

interface Props {
  about: ObjectDescription
  id: string
  activity: ObjectDescription
}

/** One line to write a note; `/` or the icons make it a call, task, meeting or e-mail. Ctrl-Enter saves. */
export function Composer({ about, id, activity }: Props) {
  const phone = usePhone()
  const { t } = useTranslation()
  const { note, change, drop } = useNote(`${about.name} ${id}`)
  const { kind, text, due } = note
  const [error, setError] = useState('')
  const input = useRef<HTMLTextAreaElement>(null)
  const { run, busy } = useCommand()
  const open = text !== '' || kind !== 'note'
  const labels = activity.field('kind')?.option_labels ?? {}
  const dueField = activity.field('due')
  const Due = dueField && kindOf(dueField).Edit
  const planned = kind === 'task' || kind === 'meeting'

  const choose = (chosen: NoteKind) => {
    change({ kind: chosen })
    input.current?.focus()
  }
  const save = async (event?: FormEvent) => {
    event?.preventDefault()
    const { create } = activity
    if (create === undefined || text.trim() === '' || busy) return
    const when = planned && due ? { [kind === 'meeting' ? 'start' : 'due']: due } : {}
    try {
      setError('')
      const body = { kind, ...written(text), links: [{ type: about.name, id }], ...when }
      await run({ object: activity, command: create, body, told: t('record.created', { label: labels[kind] ?? kind }) })
      drop()
    } catch (failed) {
      if (!isProblem(failed)) throw failed
      setError(failed.errors[0]?.message ?? failed.message)
    }
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void save()
    if (event.key === 'Escape' && text === '') change({ kind: 'note' })
    if (event.key === '/' && text === '') {
      event.preventDefault()
      choose(KINDS[(KINDS.indexOf(kind) + 1) % KINDS.length] as NoteKind)
    }
  }
  return (
    <form className={s.composer} data-open={open || undefined} onSubmit={save}>
      <Unsaved when={() => text.trim() !== ''} onLeave={drop} />
      <textarea
        ref={input}
        value={text}
        rows={open ? 3 : 1}
        aria-label={t('timeline.placeholder')}
        placeholder={kind === 'note' ? t(phone ? 'timeline.placeholderShort' : 'timeline.placeholder') : t('timeline.subject')}
        onChange={(event) => change({ text: event.currentTarget.value })}
        onKeyDown={onKeyDown}
      />
      {error && (
        <p className={s.error} role="alert">
          {error}
        </p>
      )}
      <div className={s.tools}>
        <fieldset aria-label={activity.field('kind')?.label}>
          {KINDS.map((each) => {
            const Icon = ICONS[each]
            return (
              <button
                key={each}
                type="button"
                aria-pressed={each === kind}
                aria-label={labels[each] ?? each}
                title={labels[each] ?? each}
                onClick={() => choose(each)}
              >
                <Icon size={16} stroke={1.6} />
              </button>
            )
          })}
        </fieldset>
        {planned && Due && (
          <div className={s.due}>
            <Due place={{ field: dueField, names: {} }} value={due} onChange={(value) => change({ due: value })} bare />
          </div>
        )}
        {open && (
          <Button look="primary" small type="submit" busy={busy} disabled={text.trim() === ''}>
            {t('timeline.save', { kind: labels[kind] ?? kind })}
          </Button>
        )}
      </div>
    </form>
  )
}
