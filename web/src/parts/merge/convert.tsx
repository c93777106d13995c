import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type FormEvent, useId, useState } from 'react'
import { isProblem, type Problem } from '../../api/problem'
import { useCommand } from '../../data/act'
import { refresh } from '../../data/cache'
import { announce } from '../../data/undo'
import { inputsOf } from '../../meta/describe'
import type { OwnDialogProps } from '../../meta/own-dialog'
import { Button } from '../../ui/button'
import { Dialog } from '../../ui/dialog'
import { toast } from '../../ui/toast'
import { useTranslation } from '../../words'
import f from '../form/form.module.css'
import { Inputs, type Values } from '../form/inputs'
import { useChanged, useGuard } from '../form/unsaved'
import { ended, type How, WHATS, type What } from './conversion'
import { Part } from './part'

const OF_DEAL = ['opportunity_name', 'amount', 'currency', 'close_date']

/** A lead becomes an account, a contact and a deal: each new, one that there is, or none. */
export default function Convert({ object, command, one, onClose }: OwnDialogProps) {
  const { t } = useTranslation()
  const go = useNavigate()
  const client = useQueryClient()
  const { run } = useCommand()
  const { record } = one
  const company = String(record.company ?? '')
  const [how, setHow] = useState<Record<What, How>>({ account: company ? 'new' : 'none', contact: 'new', opportunity: 'new' })
  const [ids, setIds] = useState<Partial<Record<What, string>>>({})
  const [values, setValues] = useState<Values>({
    opportunity_name: company || record.name,
    amount: record.amount,
    currency: record.currency,
  })
  const [problem, setProblem] = useState<Problem | undefined>()
  const [busy, setBusy] = useState(false)
  const inputs = inputsOf(object, command).filter((input) => OF_DEAL.includes(input.name))
  const { close, settle, guard } = useGuard(useChanged([how, ids, values]), onClose)
  const errors = problem?.byField([...WHATS, ...OF_DEAL]) ?? {}

  const name = useId()

  const convert = async (more: Record<string, unknown> = {}) => {
    if (busy) return // Ctrl-S asks no button
    const chosen = Object.fromEntries(WHATS.map((what) => [what, how[what] === 'old' ? ids[what] : how[what]]))
    const deal =
      how.opportunity === 'new' ? Object.fromEntries(OF_DEAL.map((name) => [name, values[name]]).filter(([, value]) => value)) : {}
    setBusy(true)
    try {
      setProblem(undefined)
      await run({ object, command, id: record.id, base: record, body: { ...chosen, ...deal, ...more }, told: false })
      const found = await ended(object, record.id)
      if (found?.state !== 'done') return toast({ kind: 'bad', text: found?.failed_reason || t('merge.notConverted') })
      announce(client, t('merge.converted'), { method: 'POST', path: `${object.path}/${record.id}/undo-conversion`, body: {}, label: '' })
      settle()
      onClose()
      const type = WHATS.toReversed().find((what) => found[what])
      if (type) await go({ to: '/o/$type/$id', params: { type, id: String(found[type]) } })
    } catch (failed) {
      if (!isProblem(failed)) throw failed
      setProblem(failed)
    } finally {
      setBusy(false)
      void refresh(client, object.name, record.id)
    }
  }
  return (
    <>
      <Dialog
        open
        onClose={close}
        title={command.label}
        size={560}
        actions={
          <>
            <Button onClick={close}>{t('common.cancel')}</Button>
            {problem?.kind === 'duplicate' && (
              <Button onClick={() => void convert({ allow_duplicate: true })}>{t('record.createAnyway')}</Button>
            )}
            <Button look="primary" type="submit" form={name} busy={busy}>
              {command.label}
            </Button>
          </>
        }
      >
        <form id={name} onSubmit={(event: FormEvent) => [event.preventDefault(), void convert()]} noValidate>
          {problem && (problem.errors.length === 0 || errors['']) && (
            <p className={f.head} role="alert">
              {errors[''] ?? problem.message}
            </p>
          )}
          {WHATS.map((what) => (
            <Part
              key={what}
              what={what}
              how={how[what]}
              id={ids[what]}
              named={what === 'account' ? company : what === 'contact' ? String(record.name ?? '') : ''}
              error={errors[what]}
              onHow={(next) => setHow((now) => ({ ...now, [what]: next }))}
              onId={(id) => setIds((now) => ({ ...now, [what]: id }))}
            />
          ))}
          {how.opportunity === 'new' && (
            <Inputs
              inputs={inputs}
              values={values}
              onChange={(name, value) => setValues((now) => ({ ...now, [name]: value }))}
              errors={errors}
              names={one.names}
            />
          )}
        </form>
      </Dialog>
      {guard}
    </>
  )
}
