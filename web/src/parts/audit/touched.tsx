import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { isProblem } from '../../api/problem'
import { sendBack } from '../../data/undo'
import { Button } from '../../ui/button'
import { useTranslation } from '../../words'
import { wordsOf } from '../offline/words-of'
import { type Did, type Touched as One, useWording } from './answers'
import s from './audit.module.css'

const keyOf = ({ record }: One) => `${record.type}-${record.id}`
type Results = Record<string, { done: boolean; text: string }>

/** The records that a command and what followed from it have changed: what would go back, then what came of it. */
export function Touched({ did }: { did: Did }) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const { event, kind } = useWording()
  const [sure, setSure] = useState(false)
  const [busy, setBusy] = useState(false)
  const [results, setResults] = useState<Results>({})
  const ready = did.records.filter((one) => one.undo && !results[keyOf(one)]?.done)
  /** The last one first: what came later may stand on what was before. */
  async function takeBack() {
    setBusy(true)
    for (const one of ready.toReversed()) {
      const result = await tried(one, t('record.undone'))
      setResults((now) => ({ ...now, [keyOf(one)]: result }))
    }
    setBusy(false)
    setSure(false)
    await client.invalidateQueries()
  }
  return (
    <>
      <ul className={s.touched}>
        {did.records.map((one) => {
          const result = results[keyOf(one)]
          const name = one.record.title || kind({ record: one.record, stream: '' })
          const said = one.types.map((type) => event({ type })).join(', ')
          return (
            <li key={keyOf(one)}>
              <b>{name}</b> {said}
              {result ? (
                <small role="status" data-bad={!result.done || undefined}>
                  {result.text}
                </small>
              ) : (
                <small>{one.undo ? one.undo.label : one.undo_reason?.message}</small>
              )}
            </li>
          )
        })}
      </ul>
      {ready.length > 0 && !sure && (
        <Button small onClick={() => setSure(true)}>
          {t('audit.takeBack', { count: ready.length })}…
        </Button>
      )}
      {sure && (
        <>
          <p>{t('audit.sure')}</p>
          <Button small look="quiet" onClick={() => setSure(false)}>
            {t('common.cancel')}
          </Button>
          <Button small look="primary" busy={busy} onClick={() => void takeBack()}>
            {t('audit.takeBack', { count: ready.length })}
          </Button>
        </>
      )}
    </>
  )
}

async function tried({ undo }: One, undone: string) {
  try {
    if (undo) await sendBack(undo)
    return { done: true, text: undone }
  } catch (error) {
    if (!isProblem(error)) throw error
    return { done: false, text: wordsOf(error) }
  }
}
