import type { Shown } from './fields/kind'
import { type KindName, kindOf } from './fields/kind-of'
import {
  type Doc,
  fieldValue,
  isEmpty,
  type Meta,
  type MetaCommand,
  type MetaField,
  type MetaRelation,
  type MetaStages,
  type MetaType,
} from './meta'
import type { OwnDialog } from './own-dialog'

/** How a field is changed: the command, and the name of its input that takes the value. */
export interface Editor {
  command: MetaCommand
  input: string
}

export interface FieldDescription extends MetaField {
  show: KindName
  editor?: Editor
}

export interface Section {
  label: string
  fields: string[]
}

/** What /meta cannot say: see objects/. Everything is optional. */
export interface Override {
  /** Commands that stand as buttons at the top of the page, in this order; the first that applies is the accented one. */
  primary?: string[]
  /** The amounts that a list adds up where nobody chose; left out: the first one in sight. */
  sums?: string[]
  /** Commands that have a place of their own, so that no menu lists them. */
  elsewhere?: string[]
  /** What a record is called by where its title is empty: the first of these that is not. */
  instead?: string[]
  /** The field that says what comes next, shown under the title with the last contact. */
  nextStep?: string
  /** The field with the type of the record that another field names: who chooses the record is not asked for it. */
  typed?: { type: string; record: string }
  /** What a new record begins with, until something else is chosen. */
  begins?: Record<string, unknown>
  /** What the cards of a board show, and what their columns add up. */
  board?: { sum: string[]; card: string[]; since?: string; currency?: string }
  /** Fields whose values the page shows elsewhere (line items, roles), not among its facts. */
  tables?: string[]
  /** Of a board whose field no command edits: the command that brings a card to each column. */
  moves?: Record<string, string>
  /** Facts that the page tells elsewhere: folded away with the empty ones. */
  folded?: string[]
  /** The ways off a path, by the status that they lead to: rails at the end of the board. */
  ends?: Record<string, string>
  /** The ways back onto the path, by the status that they lead to. */
  backs?: Record<string, string>
  /** Commands that ask more than their inputs, with their own dialogs. */
  dialogs?: Record<string, OwnDialog>
  /** Commands that make sense only for some records. */
  sensible?: Record<string, (record: Doc) => boolean>
}

/** A record type as its pages need it: /meta, with what objects/ adds. */
export interface ObjectDescription extends Override {
  name: string
  path: string
  icon: string
  group: string
  label: string
  plural: string
  title: string
  subtitle: string[]
  fields: FieldDescription[]
  field(name: string): FieldDescription | undefined
  commands: MetaCommand[]
  command(name: string): MetaCommand | undefined
  create?: MetaCommand
  edit?: MetaCommand
  undo?: MetaCommand
  layouts: { list: string[]; listSmall: string[]; detail: Section[]; detailSmall: string[]; create: string[]; createSmall: string[] }
  boardField?: string
  stages?: MetaStages
  related: MetaRelation[]
  /** Whether activities can be about a record of this type. */
  activities: boolean
  rights: MetaType['rights']
}

/** One record type, described. */
export function describe(type: MetaType, override: Override = {}): ObjectDescription {
  const commands = new Map(type.commands.map((command) => [command.name, command]))
  const edit = type.commands.find((command) => command.method === 'PATCH')
  const fields = new Map(type.fields.map((field) => [field.name, described(field, type, commands, edit)]))
  const { list, list_small, detail, detail_small, create, create_small } = type.layouts
  return {
    ...override,
    name: type.name,
    path: type.path,
    icon: type.icon,
    group: type.group,
    label: type.label,
    plural: type.plural,
    title: type.title,
    subtitle: type.subtitle,
    fields: [...fields.values()],
    field: (name) => fields.get(name),
    commands: type.commands,
    command: (name) => commands.get(name),
    create: type.commands.find((command) => command.action === 'create' && command.method === 'POST' && !command.path.includes('{id}')),
    edit,
    undo: type.commands.find((command) => command.path.endsWith('/{id}/undo')),
    layouts: { list, listSmall: list_small, detail, detailSmall: detail_small, create, createSmall: create_small },
    boardField: type.board ?? undefined,
    stages: type.stages ?? undefined,
    related: type.related,
    activities: type.related.some((one) => one.type === 'activity' && one.field === 'links'),
    rights: type.rights,
  }
}

function described(field: MetaField, type: MetaType, commands: Map<string, MetaCommand>, edit?: MetaCommand): FieldDescription {
  return { ...field, show: kindOf(field, type.stages?.field), editor: editorOf(field, commands, edit) }
}

/** PATCH where it takes the field, else the command that /meta names. */
function editorOf(field: MetaField, commands: Map<string, MetaCommand>, edit?: MetaCommand): Editor | undefined {
  if (field.writable && edit?.allowed) return { command: edit, input: field.name }
  const command = field.edited_by ? commands.get(field.edited_by) : undefined
  if (!command?.allowed) return undefined
  const inputs = Object.entries(command.inputs ?? {})
  const named = inputs.find(([, input]) => input.field === field.name)?.[0]
  const input = field.name in command.fields ? field.name : named
  if (input === undefined && !isTagging(command)) return undefined
  return { command, input: input ?? field.name }
}

/** Tags are added and removed, never written whole. */
export function isTagging(command: MetaCommand): boolean {
  return 'add' in command.fields && 'remove' in command.fields
}

/** The body that sets a field: custom values stand within `custom`, null where there is none; of tags, what came and what went; with it, what the command also wants. */
export function bodyOf(field: FieldDescription, value: unknown, record?: Doc): Record<string, unknown> {
  const editor = field.editor
  if (editor === undefined) return {}
  if (isTagging(editor.command)) {
    const [before, after] = [(record?.[field.name] ?? []) as string[], (value ?? []) as string[]]
    return { add: after.filter((tag) => !before.includes(tag)), remove: before.filter((tag) => !after.includes(tag)) }
  }
  if (editor.input.startsWith('custom.')) return { custom: { [editor.input.slice('custom.'.length)]: value === '' ? null : value } }
  const wanted = Object.entries(editor.command.fields).filter(
    ([name, must]) => must && name !== editor.input && record?.[name] !== undefined,
  )
  return { ...Object.fromEntries(wanted.map(([name]) => [name, record?.[name]])), [editor.input]: value }
}

/** A value as the record will show it, before the server has answered. */
export function patchOf(field: FieldDescription, value: unknown): Record<string, unknown> {
  return field.name.startsWith('custom.') ? { custom: { [field.name.slice('custom.'.length)]: value } } : { [field.name]: value }
}

/** Values of several fields as one: custom ones stand within one `custom`. */
export function together(parts: Record<string, unknown>[]): Record<string, unknown> {
  const custom = Object.assign({}, ...parts.map((part) => part.custom))
  return { ...Object.assign({}, ...parts), ...(Object.keys(custom).length > 0 && { custom }) }
}

export interface InputDescription extends Shown {
  show: KindName
  required: boolean
}

/** What a command asks for, in its order: fields of the record as they are drawn, and inputs of its own. JSON has no input. */
export function inputsOf(object: ObjectDescription, command: MetaCommand): InputDescription[] {
  return Object.entries(command.fields).flatMap(([name, required]) => {
    const input = command.inputs?.[name]
    const field = input?.field ? object.field(input.field) : object.field(name)
    const base: Shown | undefined = input ? { ...(input.field ? field : undefined), ...input, name, label: input.label ?? name } : field
    if (base === undefined || field?.technical || name === object.typed?.type) return []
    if (kindOf(base, object.stages?.field) === 'structure') return []
    return [{ ...base, show: kindOf(base, object.stages?.field), required }]
  })
}

/** All record types that the caller reads, by name. */
export interface Types {
  language: string
  groups: Meta['groups']
  /** As of which moment this suite is a copy to try things in. */
  sandbox?: string
  all: ObjectDescription[]
  /** By its name, or by the last part of its path. */
  type(name: string): ObjectDescription | undefined
}

export function typesOf(meta: Meta, overrides: Record<string, Override> = {}): Types {
  const all = meta.types.map((type) => describe(type, overrides[type.name]))
  const known = new Map([
    ...all.map((one) => [one.path.split('/').at(-1) as string, one] as const),
    ...all.map((one) => [one.name, one] as const),
  ])
  const { language, groups, sandbox } = meta
  return { language, groups, ...(sandbox && { sandbox }), all, type: (name) => known.get(name) }
}

/** The fields that people read, in the order of the page. */
export function fieldsOf(object: ObjectDescription, names: string[]): FieldDescription[] {
  return names.flatMap((name) => object.field(name) ?? []).filter((field) => !field.technical && field.name !== object.typed?.type)
}

/** The field that a record is called by: its title or, where that is empty, what stands in for it. */
export function namedBy(object: ObjectDescription, record: Doc): FieldDescription | undefined {
  const others = fieldsOf(object, object.instead ?? [])
  const title = object.field(object.title)
  return isEmpty(fieldValue(record, object.title)) ? (others.find((field) => !isEmpty(fieldValue(record, field.name))) ?? title) : title
}

/** What a record is called, as text. */
export const called = (object: ObjectDescription, record: Doc): string =>
  String(fieldValue(record, namedBy(object, record)?.name ?? object.title) ?? '')
