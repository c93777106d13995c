export interface Match {
  column: string
  samples: string[]
  field: string
  confidence: number
  reason: string
}
type Source = string | { column?: string; columns?: string[]; [more: string]: unknown }
export interface Step {
  name: string
  resource: string
  file?: string
  mode?: string
  fields: Record<string, Source>
  [more: string]: unknown
}
export interface Mapping {
  name: string
  steps: Step[]
}
export interface Inspected {
  name: string
  encoding: string
  confidence: number
  rows: number
  columns: string[]
  resource: string
  matches: Match[]
  fields: string[]
  suggestion: Partial<Mapping>
}

const reads = (source: Source, column: string): boolean =>
  source === column || (typeof source === 'object' && (source.column === column || Boolean(source.columns?.includes(column))))

/** The proposed mapping with a column that goes elsewhere: what was made of it before goes, the new field takes it as it is. */
export function sent(mapping: Mapping, resource: string, column: string, field: string): Mapping {
  const without = (step: Step): Step => ({
    ...step,
    fields: Object.fromEntries(Object.entries(step.fields).filter(([, source]) => !reads(source, column))),
  })
  const [head, name = ''] = field.startsWith('custom.') ? ['', field] : field.includes('.') ? split(field) : ['', field]
  const target = head || resource
  const steps = mapping.steps.map(without)
  if (!field) return { ...mapping, steps: steps.filter(filled) }
  const at = steps.findIndex((step) => step.resource === target)
  const step = steps[at] ?? { name: target, resource: target, file: mapping.steps[0]?.file, fields: {} }
  const next = { ...step, fields: { ...step.fields, [name]: column } }
  return { ...mapping, steps: at < 0 ? [next, ...steps] : steps.map((one, n) => (n === at ? next : one)) }
}
const split = (field: string): [string, string] => {
  const dot = field.indexOf('.')
  return [field.slice(0, dot), field.slice(dot + 1)]
}
const filled = (step: Step): boolean => Object.keys(step.fields).length > 0

/** Where a column goes by a mapping that was kept; '' = nowhere. */
export function fieldFor(mapping: Mapping, resource: string, column: string): string {
  for (const step of mapping.steps)
    for (const [field, source] of Object.entries(step.fields ?? {}))
      if (reads(source, column)) return step.resource === resource ? field : `${step.resource}.${field}`
  return ''
}

/** The same, creating what may exist already as well. takes: whether the command that makes such a record allows that. */
export const allowing = (mapping: Mapping, takes: (resource: string) => boolean): Mapping => ({
  ...mapping,
  steps: mapping.steps.map((step) =>
    step.mode !== 'update' && takes(step.resource) ? { ...step, fields: { ...step.fields, allow_duplicate: { constant: true } } } : step,
  ),
})

/** Where nothing was proposed: one step without fields. */
export const startOf = (found: Inspected): Mapping =>
  found.suggestion.steps?.length
    ? (found.suggestion as Mapping)
    : { name: found.name, steps: [{ name: found.resource, resource: found.resource, file: found.name, fields: {} }] }
