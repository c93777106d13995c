import { Link } from '@tanstack/react-router'
import { type FormEvent, useId, useState } from 'react'
import type { Done } from '../../data/act'
import { useRecord } from '../../data/records'
import { fieldsOf, type InputDescription, type ObjectDescription } from '../../meta/describe'
import { fieldValue } from '../../meta/meta'
import { useShow } from '../../meta/show'
import { useStagePaths } from '../../meta/stages'
import { Button } from '../../ui/button'
import { Dialog } from '../../ui/dialog'
import { usePhone } from '../../ui/media'
import { useTranslation } from '../../words'
import s from './form.module.css'
import { Inputs, type Values } from './inputs'
import { useGuard } from './unsaved'
import { useForm } from './use-form'

interface Props {
  object: ObjectDescription
  /** What stands there already: the account of a deal that is begun on the account's page. */
  given?: Values
  names?: Record<string, string>
  onDone(done: Done): void
  onClose(): void
}

/** A new record: the fields that /meta lays out, the others on demand. What may exist already is shown first. */
export function CreateForm({ object, given, names = {}, onDone, onClose }: Props) {
  const { t } = useTranslation()
  const phone = usePhone()
  const stages = useStagePaths(object)
  const command = object.create
  const [all, setAll] = useState(false)
  const name = useId()
  if (command === undefined) throw new Error(`${object.name} has no command that creates it`)
  const begun = { ...object.begins, ...given }
  const form = useForm({ object, command, given: begun, more: { told: t('record.created', { label: object.label }) } })
  const { close, settle, guard } = useGuard(form.dirty, onClose)
  const order = phone ? object.layouts.createSmall : object.layouts.create
  const first = order.flatMap((one) => form.inputs.find((input) => input.name === one) ?? [])
  const others = form.inputs.filter((input) => !first.includes(input))
  const shown = all ? [...first, ...others] : [...first, ...others.filter((input) => input.required || form.errors[input.name])]
  const duplicate = form.problem?.kind === 'duplicate' ? ((form.problem.body.candidates ?? []) as string[]) : undefined
  const send = async (extra: Record<string, unknown>) => {
    const done = await form.submit(extra, 'allow_duplicate' in extra ? t('record.createAnyway') : undefined)
    if (!done) return
    settle()
    if (done.queued) onClose()
    else onDone(done)
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    void send({})
  }
  return (
    <>
      <Dialog
        open
        onClose={close}
        title={command.label}
        size={560}
        actions={
          <>
            <Button onClick={close}>{t('common.cancel')}</Button>
            {duplicate && 'allow_duplicate' in command.fields && (
              <Button onClick={() => void send({ allow_duplicate: true })}>{t('record.createAnyway')}</Button>
            )}
            <Button look="primary" type="submit" form={name} busy={form.busy}>
              {t('record.create')}
            </Button>
          </>
        }
      >
        <form id={name} onSubmit={submit} noValidate>
          {duplicate ? <Duplicates object={object} ids={duplicate} /> : form.head && <Head text={form.head} />}
          <Inputs
            inputs={shown.filter(plain)}
            values={form.values}
            onChange={form.change}
            errors={form.errors}
            names={names}
            stages={stages}
          />
          {!all && others.length > 0 && (
            <Button className={s.more} look="quiet" small onClick={() => setAll(true)}>
              {t('record.moreInputs')}
            </Button>
          )}
        </form>
      </Dialog>
      {guard}
    </>
  )
}

/** The yes to a duplicate has a button of its own. */
const plain = (input: InputDescription) => input.name !== 'allow_duplicate'

const Head = ({ text }: { text: string }) => (
  <p className={s.head} role="alert">
    {text}
  </p>
)

function Duplicates({ object, ids }: { object: ObjectDescription; ids: string[] }) {
  const { t } = useTranslation()
  return (
    <div className={s.note} role="alert">
      <b>{t('record.duplicates')}</b>
      {t('record.duplicatesText')}
      <ul>
        {ids.map((id) => (
          <Duplicate key={id} object={object} id={id} />
        ))}
      </ul>
    </div>
  )
}

/** By its name, and by what tells records of one name apart. */
function Duplicate({ object, id }: { object: ObjectDescription; id: string }) {
  const show = useShow(object)
  const { data: one } = useRecord(object, id)
  const apart = fieldsOf(object, object.subtitle).map((field) => one && show.text(field, one.record, one.names))
  return (
    <li>
      <Link to="/o/$type/$id" params={{ type: object.name, id }}>
        {String(fieldValue(one?.record, object.title) || object.label)}
      </Link>{' '}
      {apart.filter(Boolean).join(' · ')}
    </li>
  )
}
