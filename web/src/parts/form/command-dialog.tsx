import { type FormEvent, useId, useState } from 'react'
import type { Done, Intent } from '../../data/act'
import type { ObjectDescription } from '../../meta/describe'
import type { Doc, MetaCommand } from '../../meta/meta'
import { useStagePaths } from '../../meta/stages'
import { Button } from '../../ui/button'
import { Dialog } from '../../ui/dialog'
import { TextField } from '../../ui/field'
import { useTranslation } from '../../words'
import s from './form.module.css'
import { Inputs, type Values } from './inputs'
import { useGuard } from './unsaved'
import { useForm } from './use-form'

interface Props {
  object: ObjectDescription
  command: MetaCommand
  /** The record that it acts on. */
  record: Doc
  names: Record<string, string>
  given?: Values
  more?: Partial<Intent>
  onDone?(done: Done): void
  onClose(): void
}

/** Asks for what a command wants, and sends it. A dangerous one without inputs asks whether it is meant. */
export function CommandDialog({ object, command, record, names, given, more, onDone, onClose }: Props) {
  const { t } = useTranslation()
  const form = useForm({ object, command, id: record.id, given, more: { base: record, ...more } })
  const stages = useStagePaths(object)
  const { close, guard } = useGuard(form.dirty, onClose)
  const [why, setWhy] = useState('')
  const name = useId()
  const danger = command.action === 'erase' || command.action === 'archive'
  const send = async () => {
    const done = await form.submit({}, form.values.force ? why.trim() : undefined)
    if (done === undefined) return
    onDone?.(done)
    onClose()
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!danger) void send() // only its button archives and erases, no key
  }
  return (
    <>
      <Dialog
        open
        onClose={close}
        title={command.label}
        actions={
          <>
            <Button onClick={close}>{t('common.cancel')}</Button>
            <Button
              look={danger ? 'danger' : 'primary'}
              busy={form.busy}
              {...(danger ? { onClick: () => void send() } : { type: 'submit', form: name })}
            >
              {command.label}
            </Button>
          </>
        }
      >
        <form id={name} onSubmit={submit} noValidate>
          {form.head && (
            <p className={s.head} role="alert">
              {form.head}
            </p>
          )}
          <Inputs inputs={form.inputs} values={form.values} onChange={form.change} errors={form.errors} names={names} stages={stages} />
          {Boolean(form.values.force) && (
            <TextField
              label={t('record.why')}
              value={why}
              error={form.errors.force}
              maxLength={500}
              onChange={(event) => setWhy(event.currentTarget.value)}
            />
          )}
        </form>
      </Dialog>
      {guard}
    </>
  )
}
