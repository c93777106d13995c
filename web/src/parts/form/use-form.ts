import { useCallback, useState } from 'react'
import { isProblem, type Problem } from '../../api/problem'
import { type Done, type Intent, useCommand } from '../../data/act'
import { type InputDescription, inputsOf, type ObjectDescription } from '../../meta/describe'
import { typeOfFound } from '../../meta/fields/found'
import { isEmpty, type MetaCommand, same } from '../../meta/meta'
import type { Values } from './inputs'

/** The body of what was entered: what is empty and was not asked for stays out; custom values stand within `custom`. */
export function bodyFrom(inputs: InputDescription[], values: Values): Record<string, unknown> {
  const body: Record<string, unknown> = {}
  for (const { name, required, show, types } of inputs) {
    const value = values[name]
    if (isEmpty(value) && !required) continue
    const links = show === 'refs' && (types?.length ?? 0) > 1
    const sent = links ? (value as string[]).map((id) => ({ type: typeOfFound(id) ?? types?.[0], id })) : value
    if (name.startsWith('custom.')) body.custom = { ...(body.custom as object), [name.slice('custom.'.length)]: sent }
    else body[name] = sent
  }
  return body
}

interface Options {
  object: ObjectDescription
  command: MetaCommand
  id?: string
  given?: Values
  more?: Partial<Intent>
}

/** The state of a form for one command: values, errors by field, and whether something was entered. */
export function useForm({ object, command, id, given = {}, more }: Options) {
  const inputs = [...inputsOf(object, command), ...customInputs(object, command)]
  const [values, setValues] = useState<Values>(given)
  const [problem, setProblem] = useState<Problem | undefined>()
  const { run, busy } = useCommand()
  const change = useCallback((name: string, value: unknown) => setValues((now) => ({ ...now, [name]: value })), [])
  const submit = async (extra: Record<string, unknown> = {}, reason?: string): Promise<Done | undefined> => {
    try {
      setProblem(undefined)
      const body = { ...bodyFrom(inputs, values), ...typeIn(object, command, values), ...extra }
      return await run({ object, command, id, body, reason, ...more })
    } catch (error) {
      if (!isProblem(error)) throw error
      setProblem(error)
      return undefined
    }
  }
  const errors = problem?.byField(inputs.map((input) => input.name)) ?? {}
  const head = problem && (errors[''] ?? (problem.errors.length === 0 ? problem.message : undefined))
  const dirty = Object.entries(values).some(([name, value]) => !same(value, given[name]))
  return { inputs, values, change, submit, errors, head, problem, dirty, busy }
}

/** The type that a command wants next to a record: that of the chosen one, or what was given with it. */
function typeIn({ typed }: ObjectDescription, command: MetaCommand, values: Values): Record<string, unknown> {
  if (!typed || !(typed.type in command.fields)) return {}
  return { [typed.type]: typeOfFound(String(values[typed.record] ?? '')) ?? values[typed.type] }
}

function customInputs(object: ObjectDescription, command: MetaCommand): InputDescription[] {
  if (!('custom' in command.fields)) return []
  return object.fields
    .filter((field) => field.name.startsWith('custom.') && field.writable)
    .map((field) => ({ ...field, required: Boolean(field.required) }))
}
