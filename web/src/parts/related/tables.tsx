import { IconPlus, IconX } from '@tabler/icons-react'
import { usePast } from '../../data/moment'
import type { One } from '../../data/records'
import type { FieldDescription, ObjectDescription } from '../../meta/describe'
import { kind } from '../../meta/fields'
import { kindOf } from '../../meta/fields/kind-of'
import { applies, type MetaCommand, type MetaPart } from '../../meta/meta'
import { IconButton } from '../../ui/icon-button'
import { useTranslation } from '../../words'
import { useAsked } from '../record/actions'
import s from './related.module.css'

type Entry = Record<string, unknown>
const MOST = 3

/** Lists within a record (line items, roles of contacts), with the commands that add to them and take from them. */
export function Tables({ object, one }: { object: ObjectDescription; one: One }) {
  return (
    <>
      {(object.tables ?? []).map((name) => {
        const field = object.field(name)
        return field && <Table key={name} object={object} one={one} field={field} />
      })}
    </>
  )
}

/** Of an entry's parts, those that have a value: at most three, the name first. */
function cellsOf(parts: Record<string, MetaPart>, entry: Entry, one: One) {
  const shown = Object.entries(parts).filter(
    ([name, part]) => name !== 'id' && !(name === 'name' && entry.product) && part.meaning !== 'percent',
  )
  return shown
    .map(([name, part]) => {
      const field = { ...part, name, label: part.label ?? name, currency: part.meaning === 'money' ? 'currency' : undefined }
      const own = kind({ ...field, show: kindOf(field) })
      const text = own.format(entry[name], { field, record: one.record, names: one.names })
      return { name, text, number: own.numeric || name === 'quantity' }
    })
    .filter(({ name, text }) => text && name !== 'unit_price')
    .slice(0, MOST)
}

function Table({ object, one, field }: { object: ObjectDescription; one: One; field: FieldDescription }) {
  const { t } = useTranslation()
  const past = usePast()
  const { ask, dialog } = useAsked(object, one)
  const parts = field.shape?.items?.parts ?? {}
  const entries = (one.record[field.name] ?? []) as Entry[]
  const noun = field.name === 'lines' ? 'line' : 'contact'
  const may = (command: MetaCommand | undefined) =>
    command && !past && applies(command, one.record) && one.rights?.commands[command.name] !== false ? command : undefined
  const remove = may(object.commands.find((command) => /remove-/.test(command.path) && noun in command.fields))
  const add = may(
    object.commands.find((command) => command !== remove && (noun === 'line' ? /\/lines$/ : /contact-role$/).test(command.path)),
  )
  return (
    <section className={s.box}>
      <h3>
        {field.label}
        <span>{entries.length}</span>
        {add && (
          <IconButton small label={add.label} onClick={() => ask(add)}>
            <IconPlus size={15} stroke={1.6} />
          </IconButton>
        )}
      </h3>
      <table className={s.table}>
        <tbody>
          {entries.map((entry) => (
            <tr key={String(entry.id ?? entry.contact)}>
              {cellsOf(parts, entry, one).map((cell) => (
                <td key={cell.name} data-num={cell.number || undefined}>
                  {cell.text}
                </td>
              ))}
              {remove && (
                <td>
                  <IconButton
                    small
                    label={`${t('common.remove')} ${String(entry.name ?? one.names[String(entry.contact)] ?? '')}`}
                    onClick={() => ask(remove, { [noun]: entry.id ?? entry.contact })}
                  >
                    <IconX size={14} stroke={1.6} />
                  </IconButton>
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
      {dialog}
    </section>
  )
}
