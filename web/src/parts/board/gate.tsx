import { type FormEvent, useId, useState } from 'react'
import type { Problem } from '../../api/problem'
import { useRecord } from '../../data/records'
import {
  called,
  type FieldDescription,
  type InputDescription,
  inputsOf,
  type ObjectDescription,
  patchOf,
  together,
} from '../../meta/describe'
import type { Doc, MetaCommand } from '../../meta/meta'
import { useStagePaths } from '../../meta/stages'
import { Button } from '../../ui/button'
import { Dialog } from '../../ui/dialog'
import { Tick } from '../../ui/field'
import { useTranslation } from '../../words'
import { Inputs, type Values } from '../form/inputs'
import { useGuard } from '../form/unsaved'
import s from './gate.module.css'
import { type Along, moverOf } from './use-move'

interface Props {
  object: ObjectDescription
  record: Doc
  to: string
  /** What the gate said: fields that must be filled in, points that must be ticked. */
  problem: Problem
  /** base: the record as it was shown here. */
  onPass(along: Along, base: Doc): Promise<void>
  onClose(): void
}

const POINT = 'checklist.'
/** Whether the command can take a field's value along. */
const takes = (command: MetaCommand | undefined, field: FieldDescription): boolean =>
  command?.along?.includes(field.name.split('.')[0] as string) === true

/** Just what is missing: the fields of the record and the points of the gate, and what the command itself wants. All of it goes in one act. */
export function Gate({ object, record, to, problem, onPass, onClose }: Props) {
  const { t } = useTranslation()
  const stages = useStagePaths(object)
  const { data: one } = useRecord(object, record.id)
  const name = useId()
  const [asked, setAsked] = useState(problem.errors)
  const [first] = useState(problem)
  if (problem.errors.some((error) => !asked.some((known) => known.field === error.field))) setAsked([...asked, ...problem.errors])
  const [values, setValues] = useState<Values>({})
  const [ticked, setTicked] = useState<string[]>([])
  const [busy, setBusy] = useState(false)
  const [before, setBefore] = useState<Doc | undefined>() // what others fill in from now on is not written over unseen
  if (before === undefined && one && one.record.version >= record.version) setBefore(one.record)
  const { close, guard } = useGuard(ticked.length > 0 || Object.values(values).some((value) => value !== undefined), onClose)
  const stage = stages?.of(record).find((each) => each.key === to)
  const command = moverOf(object, to)
  const named = [...new Set(asked.map((error) => error.field))]
  const own = command ? inputsOf(object, command).filter((input) => named.includes(input.name)) : []
  const missing = named.flatMap((field) => (own.some((input) => input.name === field) ? [] : (object.field(field) ?? [])))
  const along = missing.filter((field) => takes(command, field))
  const points = (stage?.gate.checklist ?? []).filter((point) => named.includes(`${POINT}${point.key}`))
  const inputs: InputDescription[] = [...own, ...along.map((field) => ({ ...field, required: true }))]
  const unticked = points.some((point) => !ticked.includes(point.key))
  const rest = problem.errors.filter((error) => !error.field.startsWith(POINT) && !inputs.some((input) => input.name === error.field))

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (busy || unticked) return // Ctrl-S asks no button
    const given = along.filter((field) => values[field.name] !== undefined)
    const patch = together(given.map((field) => patchOf(field, values[field.name])))
    const answers = Object.fromEntries(own.map((input) => [input.name, values[input.name]]))
    const checked = [...ticked, ...((record.checked as string[] | undefined) ?? [])]
    setBusy(true)
    await onPass({ body: { ...answers, ...patch, ...(points.length > 0 && { checklist: checked }) }, patch }, before ?? record)
    setBusy(false)
  }
  return (
    <>
      <Dialog
        open
        size={400}
        onClose={close}
        title={t('board.gate', { stage: stage?.title ?? command?.label ?? to })}
        actions={
          <>
            <Button onClick={close}>{t('common.cancel')}</Button>
            <Button look="primary" type="submit" form={name} busy={busy} disabled={unticked}>
              {t('board.move')}
            </Button>
          </>
        }
      >
        <form id={name} onSubmit={submit} noValidate className={s.gate}>
          <p className={s.title}>{called(object, record)}</p>
          {rest.map((error) => (
            <p key={error.field} className={s.refused} role="alert">
              {object.field(error.field) && <b>{object.field(error.field)?.label}</b>} {error.message}
            </p>
          ))}
          {inputs.length > 0 && (
            <Inputs
              inputs={inputs}
              values={{ currency: one?.record.currency, ...values }}
              onChange={(field, value) => setValues((now) => ({ ...now, [field]: value }))}
              errors={problem === first ? {} : problem.byField()}
              names={one?.names ?? {}}
              stages={stages}
            />
          )}
          {points.map((point) => (
            <Tick
              key={point.key}
              label={point.title}
              checked={ticked.includes(point.key)}
              onChange={(on) => setTicked((now) => (on ? [...now, point.key] : now.filter((key) => key !== point.key)))}
            />
          ))}
        </form>
      </Dialog>
      {guard}
    </>
  )
}
