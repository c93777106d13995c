import { type FormEvent, useId, useState } from 'react'
import { isProblem, type Problem } from '../../api/problem'
import { useCommand } from '../../data/act'
import { fetchOne, useRecord } from '../../data/records'
import { bodyOfAll, type InputDescription, inputsOf, type ObjectDescription } from '../../meta/describe'
import { type Doc, fieldValue } from '../../meta/meta'
import { useStagePaths } from '../../meta/stages'
import { Button } from '../../ui/button'
import { Dialog } from '../../ui/dialog'
import { Tick } from '../../ui/field'
import { useTranslation } from '../../words'
import { Inputs, type Values } from '../form/inputs'
import s from './gate.module.css'
import { moverOf } from './use-move'

interface Props {
  object: ObjectDescription
  record: Doc
  to: string
  /** What the gate said: fields that must be filled in, points that must be ticked. */
  problem: Problem
  onPass(body: Record<string, unknown>): Promise<void>
  onClose(): void
}

/** Just what is missing: the fields of the record and the points of the gate, and what the command itself wants. */
export function Gate({ object, record, to, problem, onPass, onClose }: Props) {
  const { t } = useTranslation()
  const stages = useStagePaths(object)
  const { data: one } = useRecord(object, record.id)
  const { run, busy } = useCommand()
  const name = useId()
  const [values, setValues] = useState<Values>({})
  const [ticked, setTicked] = useState<string[]>([])
  const [errors, setErrors] = useState<Record<string, string>>({})
  const stage = stages?.of(record).find((each) => each.key === to)
  const command = moverOf(object, to)
  const named = problem.errors.map((error) => error.field)
  const own = command ? inputsOf(object, command).filter((input) => named.includes(input.name)) : []
  const missing = named.flatMap((field) => (own.some((input) => input.name === field) ? [] : (object.field(field) ?? [])))
  const points = (stage?.gate.checklist ?? []).filter((point) => named.includes(`checklist.${point.key}`))
  const rest = problem.errors.filter(
    (error) => !error.field.startsWith('checklist.') && !own.some((i) => i.name === error.field) && !object.field(error.field),
  )
  const inputs: InputDescription[] = [...own, ...missing.filter((field) => field.editor).map((field) => ({ ...field, required: true }))]

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const given = missing.filter((field) => field.editor && values[field.name] !== undefined)
    for (const command of new Set(given.flatMap((field) => field.editor?.command ?? []))) {
      const fields = given.filter((field) => field.editor?.command === command)
      try {
        const base = (await fetchOne(object, record.id)).record
        await run({
          object,
          command,
          id: record.id,
          base,
          ...bodyOfAll(fields, values, base),
          told: false,
        })
      } catch (error) {
        if (!isProblem(error)) throw error
        const said = error.byField()
        const names = fields.map((field) => field.name)
        return setErrors(names.some((name) => said[name]) ? said : { [names[0] as string]: error.message })
      }
    }
    const body = Object.fromEntries(own.map((input) => [input.name, values[input.name]]))
    await onPass(points.length > 0 ? { ...body, checklist: [...ticked, ...((record.checked as string[] | undefined) ?? [])] } : body)
  }
  return (
    <Dialog
      open
      size={400}
      onClose={onClose}
      title={t('board.gate', { stage: stage?.title ?? command?.label ?? to })}
      actions={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button look="primary" type="submit" form={name} busy={busy} disabled={points.some((point) => !ticked.includes(point.key))}>
            {t('board.move')}
          </Button>
        </>
      }
    >
      <form id={name} onSubmit={submit} noValidate className={s.gate}>
        <p className={s.title}>{String(fieldValue(record, object.title) ?? '')}</p>
        {rest.map((error) => (
          <p key={error.message} className={s.refused} role="alert">
            {error.message}
          </p>
        ))}
        {inputs.length > 0 && (
          <Inputs
            inputs={inputs}
            values={{ currency: one?.record.currency, ...values }}
            onChange={(field, value) => setValues((now) => ({ ...now, [field]: value }))}
            errors={errors}
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
  )
}
