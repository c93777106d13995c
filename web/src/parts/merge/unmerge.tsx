import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useId, useState } from 'react'
import { get } from '../../api/client'
import { isProblem } from '../../api/problem'
import type { components } from '../../api/schema/customer'
import { useCommand } from '../../data/act'
import { type One, useRecord } from '../../data/records'
import type { ObjectDescription } from '../../meta/describe'
import { kind } from '../../meta/fields'
import { fieldValue } from '../../meta/meta'
import type { OwnDialogProps } from '../../meta/own-dialog'
import { useShow } from '../../meta/show'
import { Button } from '../../ui/button'
import { Dialog } from '../../ui/dialog'
import { Tick } from '../../ui/field'
import { moment } from '../../ui/format'
import { useTranslation } from '../../words'
import s from '../clash/clash.module.css'
import f from '../form/form.module.css'
import { useChanged, useGuard } from '../form/unsaved'
import { Waiting } from '../offline/waiting'

type Absorbed = components['schemas']['AbsorbedRecord']

/** The records that this one absorbed: release some, and see what each field goes back to. */
export default function Unmerge({ object, command, one, onClose }: OwnDialogProps) {
  const { t } = useTranslation()
  const { run, busy } = useCommand()
  const [chosen, setChosen] = useState<string[] | undefined>()
  const [error, setError] = useState('')
  const asked = useQuery({
    queryKey: [object.name, 'merges', one.record.id, one.record.version],
    queryFn: ({ signal }) => get<{ items: Absorbed[] }>(`${object.path}/${one.record.id}/merges`, undefined, signal),
  })
  const absorbed = asked.data?.items ?? []
  const released = chosen ?? (absorbed.length === 1 ? absorbed.map(({ id }) => id) : []) // of one there is nothing to choose
  const { close, guard } = useGuard(useChanged(chosen), onClose)
  const name = useId()
  const release = async (event: FormEvent) => {
    event.preventDefault()
    if (released.length === 0 || busy) return // Ctrl-S asks no button
    try {
      setError('')
      const told = t('merge.undone', { label: object.label })
      await run({ object, command, id: one.record.id, base: one.record, body: { release: released }, told })
      onClose()
    } catch (failed) {
      if (!isProblem(failed)) throw failed
      setError(failed.errors[0]?.message ?? failed.message)
    }
  }
  const turn = (id: string) => (on: boolean) => setChosen(on ? [...released, id] : released.filter((one) => one !== id))
  return (
    <>
      <Dialog
        open
        onClose={close}
        title={command.label}
        size={680}
        actions={
          <>
            <Button onClick={close}>{t('common.cancel')}</Button>
            <Button look="primary" type="submit" form={name} busy={busy} disabled={released.length === 0}>
              {command.label}
            </Button>
          </>
        }
      >
        <form id={name} onSubmit={release} noValidate>
          {error && (
            <p className={f.head} role="alert">
              {error}
            </p>
          )}
          <Waiting on={asked} rows={3} />
          {absorbed.map((each) => (
            <Released key={each.id} object={object} one={one} absorbed={each} on={released.includes(each.id)} onChange={turn(each.id)} />
          ))}
        </form>
      </Dialog>
      {guard}
    </>
  )
}

interface ReleasedProps {
  object: ObjectDescription
  one: One
  absorbed: Absorbed
  on: boolean
  onChange(on: boolean): void
}

function Released({ object, one, absorbed, on, onChange }: ReleasedProps) {
  const { t } = useTranslation()
  const show = useShow(object)
  const { data: other } = useRecord(object, absorbed.id)
  const title = String(fieldValue(other?.record, object.title) ?? object.label)
  const text = (name: string, value: unknown) => {
    const field = object.field(name)
    return (field && kind(field).format(value, show.place(field, one.record, one.names))) || t('record.empty')
  }
  const fields = absorbed.fields.filter((each) => object.field(each.field) && !object.field(each.field)?.technical)
  return (
    <div className={s.wrap}>
      <Tick checked={on} onChange={onChange} label={`${title} · ${moment(absorbed.occurred_at)}`} />
      {on && fields.length > 0 && (
        <table className={s.table}>
          <thead>
            <tr>
              <th scope="col">{t('clash.field')}</th>
              <th scope="col">{t('merge.now')}</th>
              <th scope="col">{t('merge.back')}</th>
            </tr>
          </thead>
          <tbody>
            {fields.map((each) => (
              <tr key={each.field}>
                <th scope="row">{object.field(each.field)?.label}</th>
                <td>{text(each.field, each.now)}</td>
                <td>{each.clash ? t('merge.stays') : text(each.field, each.back)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  )
}
