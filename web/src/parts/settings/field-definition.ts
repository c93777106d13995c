export const KINDS = [
  'text',
  'keyword',
  'keywords',
  'integer',
  'decimal',
  'money',
  'boolean',
  'date',
  'datetime',
  'reference',
  'formula',
] as const
export type FieldKind = (typeof KINDS)[number]
export type Titles = Record<string, string>
export interface FieldDefinition {
  id: string
  version?: number
  resource: string
  name: string
  kind: FieldKind
  zh: string
  en: string
  titles: Titles
  options: string[]
  option_titles: Record<string, Titles>
  required: boolean
  sensitive: boolean
  ref: string
  formula: string
  archived: boolean
}
export const hasOptions = (kind: string): boolean => ['text', 'keyword', 'keywords'].includes(kind)

/** A name for programs from a label: what is not ASCII is left out. */
export const slugOf = (label: string): string =>
  label
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^[_0-9]+|_+$/g, '')
    .slice(0, 40)

/** What the form holds becomes the body: English and simplified Chinese have fields of their own, others are titles. */
export function bodyOf(form: FieldDefinition, before?: FieldDefinition): Record<string, unknown> {
  const titles = form.titles['zh-TW'] ? { 'zh-TW': form.titles['zh-TW'] } : {}
  const [zh, en] = [form.zh || form.en, form.en || form.zh]
  const options = form.options.map((one) => one.trim()).filter(Boolean)
  const labelled = Object.entries(form.option_titles).flatMap(([option, of]) => {
    const kept = Object.fromEntries(Object.entries(of).filter(([, text]) => text))
    return options.includes(option) && Object.keys(kept).length ? [[option, kept]] : []
  })
  const always = { zh, en, titles, required: form.required, sensitive: form.sensitive }
  const some = {
    ...(hasOptions(form.kind) && { options, option_titles: Object.fromEntries(labelled) }),
    ...(form.kind === 'formula' && { formula: form.formula }),
  }
  if (before) return { ...always, ...some }
  const ref = form.kind === 'reference' ? { ref: form.ref } : {}
  return { resource: form.resource, name: form.name || slugOf(en), kind: form.kind, ...always, ...some, ...ref }
}
