import { IconArchive, IconDots, IconLink, IconTrash } from '@tabler/icons-react'
import { type ReactNode, Suspense, useState } from 'react'
import { isProblem } from '../../api/problem'
import { useCommand } from '../../data/act'
import { usePast } from '../../data/moment'
import type { One } from '../../data/records'
import { inputsOf, isTagging, type ObjectDescription } from '../../meta/describe'
import { applies, type MetaCommand } from '../../meta/meta'
import { Button } from '../../ui/button'
import { IconButton } from '../../ui/icon-button'
import { Menu, type MenuItem } from '../../ui/menu'
import { toast } from '../../ui/toast'
import { useTranslation } from '../../words'
import { CommandDialog } from '../form/command-dialog'

/** Commands of this record that stand neither at a field nor in a place of their own, and that apply now. */
export function commandsOf(object: ObjectDescription, one: One): MetaCommand[] {
  const atFields = new Set(object.fields.map((field) => field.edited_by))
  return object.commands.filter(
    (command) =>
      command !== object.create &&
      command !== object.edit &&
      command !== object.undo &&
      !atFields.has(command.name) &&
      !isTagging(command) &&
      !object.elsewhere?.includes(command.name) &&
      object.sensible?.[command.name]?.(one.record) !== false &&
      applies(command, one.record) &&
      one.rights?.commands[command.name] !== false,
  )
}

type Ask = (command: MetaCommand, body?: Record<string, unknown>) => void

/** Run a command: at once where it wants nothing more than `body`, else by its dialog. dialog stands somewhere on the page. */
export function useAsked(object: ObjectDescription, one: One | undefined): { ask: Ask; dialog: ReactNode } {
  const [asked, setAsked] = useState<MetaCommand | undefined>()
  const { run } = useCommand()
  const ask: Ask = (command, body = {}) => {
    const needs =
      object.dialogs?.[command.name] !== undefined ||
      inputsOf(object, command).some((input) => input.required && !(input.name in body)) ||
      command.action === 'erase' ||
      command.action === 'archive'
    if (needs || one === undefined) return setAsked(command)
    run({ object, command, id: one.record.id, base: one.record, body }).catch((error) => {
      if (!isProblem(error)) throw error
      if (error.errors.length > 0) setAsked(command)
      else toast({ kind: 'bad', text: error.message })
    })
  }
  const Own = asked && object.dialogs?.[asked.name]
  const close = () => setAsked(undefined)
  let dialog: ReactNode = null
  if (asked && one) {
    dialog = Own ? (
      <Suspense>
        <Own object={object} command={asked} one={one} onClose={close} />
      </Suspense>
    ) : (
      <CommandDialog object={object} command={asked} record={one.record} names={one.names} onClose={close} />
    )
  }
  return { ask, dialog }
}

interface Props {
  object: ObjectDescription
  one: One
  /** Acts of the page that are no commands: merge, note, call. */
  more?: MenuItem[]
}

/** The main commands as buttons, the others in a menu. In the past nothing can be done. */
export function Actions({ object, one, more = [] }: Props) {
  const { t } = useTranslation()
  const past = usePast()
  const { ask, dialog } = useAsked(object, one)
  const commands = commandsOf(object, one)
  const primary = (object.primary ?? []).flatMap(
    (name) => commands.find((command) => command.name === name && !object.elsewhere?.includes(name)) ?? [],
  )
  const shown = primary.slice(0, 2)
  const copy = () => navigator.clipboard?.writeText(location.href).then(() => toast({ kind: 'good', text: t('record.copied') }))
  const rest = commands.filter((command) => !shown.includes(command))
  const last = rest.filter((command) => command.action === 'archive' || command.action === 'erase')
  const asItem = (command: MetaCommand): MenuItem => ({
    id: command.name,
    label: command.label,
    icon:
      command.action === 'archive' ? (
        <IconArchive size={16} stroke={1.6} />
      ) : command.action === 'erase' ? (
        <IconTrash size={16} stroke={1.6} />
      ) : undefined,
    danger: command.action === 'erase',
    run: () => ask(command),
  })
  const items: MenuItem[] = [
    ...rest.filter((command) => !last.includes(command)).map(asItem),
    ...more,
    { id: 'copy', label: t('record.copyLink'), icon: <IconLink size={16} stroke={1.6} />, run: () => void copy(), section: true },
    ...last.map(asItem),
  ]
  return (
    <>
      {shown.map((command, n) => (
        <Button key={command.name} look={n === 0 ? 'primary' : 'plain'} disabled={past} onClick={() => ask(command)}>
          {command.label}
        </Button>
      ))}
      {!past && (
        <Menu items={items} width={240}>
          <IconButton label={t('record.actions')}>
            <IconDots size={18} stroke={1.6} />
          </IconButton>
        </Menu>
      )}
      {dialog}
    </>
  )
}
