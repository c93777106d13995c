import { type FormEvent, useId, useState } from 'react'
import { isProblem } from '../../api/problem'
import { useCommand } from '../../data/act'
import { useRecord } from '../../data/records'
import type { FieldDescription, ObjectDescription } from '../../meta/describe'
import { kind } from '../../meta/fields'
import { fieldValue, isEmpty } from '../../meta/meta'
import type { OwnDialogProps } from '../../meta/own-dialog'
import { Button } from '../../ui/button'
import { Dialog } from '../../ui/dialog'
import { useTranslation } from '../../words'
import f from '../form/form.module.css'
import { useChanged, useGuard } from '../form/unsaved'
import { Waiting } from '../offline/waiting'
import { Compare, differing, kept, type Whose } from './compare'

/** Two records become one: choose the other, then, field by field, whose value stays. */
export default function Merge({ object, command, one, onClose }: OwnDialogProps) {
  const { t } = useTranslation()
  const { run, busy } = useCommand()
  const [other, setOther] = useState<string | undefined>()
  const [picked, setPicked] = useState<Record<string, Whose>>({})
  const [error, setError] = useState('')
  const asked = useRecord(object, other)
  const { data } = asked
  const ready = data !== undefined && other !== one.record.id
  const choice = (field: FieldDescription) => picked[field.name] ?? kept(one, field)
  const fields = ready ? differing(object, one, data) : []
  const { close, guard } = useGuard(useChanged([other, picked]), onClose)
  const name = useId()
  const merge = async (event: FormEvent) => {
    event.preventDefault()
    if (!ready || busy) return // Ctrl-S asks no button
    const chosen = fields.filter((field) => choice(field) === 'other' && !isEmpty(fieldValue(data?.record, field.name)))
    const choices = Object.fromEntries(chosen.map((field) => [field.name, other]))
    try {
      setError('')
      const told = t('merge.done', { label: object.label })
      await run({ object, command, id: one.record.id, base: one.record, body: { absorb: [other], choices }, told })
      onClose()
    } catch (failed) {
      if (!isProblem(failed)) throw failed
      setError(failed.errors[0]?.message ?? failed.message)
    }
  }
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
            <Button look="primary" type="submit" form={name} busy={busy} disabled={!ready}>
              {t('merge.merge')}
            </Button>
          </>
        }
      >
        <form id={name} onSubmit={merge} noValidate>
          {error && (
            <p className={f.head} role="alert">
              {error}
            </p>
          )}
          <Other object={object} value={other} onChange={setOther} />
          {other && <Waiting on={asked} rows={4} />}
          {ready && (
            <Compare
              object={object}
              one={one}
              other={data}
              fields={fields}
              choice={choice}
              onPick={(name, whose) => setPicked((now) => ({ ...now, [name]: whose }))}
            />
          )}
        </form>
      </Dialog>
      {guard}
    </>
  )
}

function Other({ object, value, onChange }: { object: ObjectDescription; value?: string; onChange(id: string | undefined): void }) {
  const { t } = useTranslation()
  const field = { name: 'absorb', label: t('merge.other', { label: object.label }), kind: 'keyword' as const, ref: object.name }
  const { Edit } = kind(field)
  return <Edit place={{ field, names: {} }} value={value} onChange={(id) => onChange((id as string | null) ?? undefined)} autoFocus />
}
