import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { get } from '../../api/client'
import { isProblem } from '../../api/problem'
import { type Found, useFound } from '../../app/palette/found'
import type { ObjectDescription } from '../../meta/describe'
import type { Doc } from '../../meta/meta'
import { useTypes } from '../../meta/use-types'
import { Dialog } from '../../ui/dialog'
import { TextArea, TextField } from '../../ui/field'
import { iconOf } from '../../ui/icon'
import { useTranslation } from '../../words'
import f from '../form/form.module.css'
import { useGuard } from '../form/unsaved'
import s from './calendar.module.css'
import { useActivityActs } from './use-activities'

const OFFERED = 8 // without a word typed

/** The contacts that changed last: for those who have opened few yet. */
function useNewest(contact: ObjectDescription | undefined): Found[] {
  const { data } = useQuery({
    queryKey: ['contact', 'newest'],
    enabled: contact !== undefined,
    queryFn: ({ signal }) =>
      get<{ items: Doc[] }>(contact?.path ?? '', { sort: '-updated_at', limit: OFFERED, fields: contact?.title }, signal),
  })
  return (data?.items ?? []).map((one) => ({ type: 'contact', id: one.id, title: String(one[contact?.title ?? ''] ?? '') }))
}

const CALLED = ['contact', 'account', 'lead', 'opportunity']

/** Whom the page offers: those that were found; without a word typed the newest contacts fill the rest. */
export function offeredOf(known: Found[], newest: Found[], typed: string): Found[] {
  if (typed.trim()) return known
  const others = newest.filter(({ id }) => !known.some((one) => one.id === id))
  return [...known, ...others.slice(0, Math.max(0, OFFERED - known.length))]
}

/** Two taps: the button, and the one who was called. A note may be written before. */
export function LogCall({ object, onClose }: { object: ObjectDescription; onClose(): void }) {
  const { t } = useTranslation()
  const types = useTypes()
  const [text, setText] = useState('')
  const [note, setNote] = useState('')
  const [problem, setProblem] = useState('')
  const [busy, setBusy] = useState(false)
  const { create } = useActivityActs(object)
  const { close, guard } = useGuard(note.trim() !== '', onClose)
  const { records } = useFound(text)
  const newest = useNewest(types.type('contact'))
  const known = records.filter((record) => CALLED.includes(record.type))
  const offered = offeredOf(known, newest, text)
  const log = async ({ type, id, title }: Found) => {
    const body = {
      kind: 'call',
      subject: t('calendar.callWith', { name: title }).slice(0, 300),
      done: true,
      direction: 'outbound',
      start: new Date().toISOString(),
      links: [{ type, id }],
      ...(note.trim() && { body: note.trim() }),
    }
    setBusy(true)
    try {
      setProblem('')
      await create(body, t('calendar.logged', { name: title }))
      onClose()
    } catch (error) {
      if (!isProblem(error)) throw error
      setProblem(error.errors[0]?.message ?? (error.message || t('common.offlineText')))
    } finally {
      setBusy(false)
    }
  }
  return (
    <>
      <Dialog open onClose={close} title={t('calendar.logCall')} size={460}>
        <div className={s.log}>
          <TextArea
            label={t('calendar.said')}
            value={note}
            minRows={2}
            maxLength={50_000}
            onChange={(event) => setNote(event.currentTarget.value)}
          />
          <TextField
            label={t('calendar.withWhom')}
            placeholder={t('calendar.searchWhom')}
            value={text}
            maxLength={200}
            data-autofocus
            onChange={(event) => setText(event.currentTarget.value)}
          />
          {problem && (
            <p role="alert" className={f.head}>
              {problem}
            </p>
          )}
          <ul>
            {offered.map((record) => {
              const Icon = iconOf(types.type(record.type)?.icon)
              return (
                <li key={record.id}>
                  <button type="button" disabled={busy} onClick={() => void log(record)}>
                    <Icon size={18} stroke={1.6} aria-hidden />
                    <span>{record.title}</span>
                    <small>{types.type(record.type)?.label}</small>
                  </button>
                </li>
              )
            })}
          </ul>
          {offered.length === 0 && <p className={s.free}>{t(text ? 'common.nothingFound' : 'calendar.noneRecent')}</p>}
        </div>
      </Dialog>
      {guard}
    </>
  )
}
