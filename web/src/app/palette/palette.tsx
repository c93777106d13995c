import { IconSearch } from '@tabler/icons-react'
import { useNavigate } from '@tanstack/react-router'
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react'
import { useTypes } from '../../meta/use-types'
import { useTranslation } from '../../words'
import { useAllActions } from '../actions'
import { ActionRow, type Entry, Foot, RecordRow } from './entries'
import { useFound } from './found'
import s from './palette.module.css'
import { fitting } from './rank'
import { useSettingsPages } from './settings-pages'

/** Everything by its name: records, pages, commands. One list, moved through by arrows while one goes on typing. */
export default function Palette({ onClose }: { onClose(): void }) {
  const { t } = useTranslation()
  const go = useNavigate()
  const types = useTypes()
  const dialog = useRef<HTMLDialogElement>(null)
  const [text, setText] = useState('')
  const [at, setAt] = useState(0)
  const actions = useAllActions()
  const settings = useSettingsPages()
  const { records, busy } = useFound(text)
  useEffect(() => dialog.current?.showModal(), [])

  const entries = useMemo((): Entry[] => {
    const found = records.map(
      (record): Entry => ({
        id: `record-${record.type}-${record.id}`,
        section: text.trim() ? t('nav.records') : t('nav.recent'),
        record,
        run: () => void go({ to: '/o/$type/$id', params: { type: record.type, id: record.id } }),
      }),
    )
    const commands = fitting(text, text.trim() ? [...actions, ...settings] : actions, text.trim() ? 6 : 40).map(
      (action): Entry => ({
        id: `action-${action.id.replaceAll(' ', '-')}`,
        section: text.trim() ? t('nav.commands') : t(`nav.section.${action.section}`),
        action,
        run: action.run,
      }),
    )
    return text.trim() && isNamed(text, commands[0]?.action?.title ?? '') ? [...commands, ...found] : [...found, ...commands]
  }, [records, actions, settings, text, t, go])
  const chosen = Math.min(at, entries.length - 1)

  const choose = (entry: Entry | undefined) => {
    if (!entry) return
    onClose()
    entry.run()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key]
    if (step) {
      event.preventDefault()
      const next = chosen + step
      setAt(Math.abs(step) === 1 ? (next + entries.length) % entries.length : Math.max(0, Math.min(entries.length - 1, next)))
    } else if (event.key === 'Enter' && !event.nativeEvent.isComposing) {
      event.preventDefault()
      choose(entries[chosen])
    }
  }
  useEffect(() => {
    document.getElementById(entries[chosen]?.id ?? '')?.scrollIntoView({ block: 'nearest' })
  }, [chosen, entries])

  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Esc closes a dialog by itself
    <dialog
      ref={dialog}
      className={s.palette}
      aria-label={t('nav.palette')}
      onClose={onClose}
      onClick={(event) => event.target === dialog.current && onClose()}
    >
      <div className={s.box}>
        <div className={s.line}>
          <IconSearch size={18} stroke={1.6} aria-hidden />
          <input
            type="text"
            role="combobox"
            aria-expanded
            aria-controls="palette-list"
            aria-activedescendant={entries[chosen]?.id}
            aria-label={t('nav.searchPlace')}
            placeholder={t('nav.searchPlace')}
            autoComplete="off"
            spellCheck={false}
            maxLength={200}
            value={text}
            onKeyDown={onKeyDown}
            onChange={(event) => {
              setText(event.currentTarget.value)
              setAt(0)
            }}
          />
          <button type="button" className={s.close} onClick={onClose}>
            {t('common.close')}
          </button>
        </div>
        <div id="palette-list" role="listbox" aria-label={t('nav.palette')} className={s.list}>
          {entries.map((entry, n) => (
            <div key={entry.id} role="presentation">
              {entry.section !== entries[n - 1]?.section && (
                <div className={s.head} role="presentation">
                  {entry.section}
                </div>
              )}
              {entry.record ? (
                <RecordRow entry={entry} on={n === chosen} object={types.type(entry.record.type)} choose={choose} />
              ) : (
                <ActionRow entry={entry} on={n === chosen} choose={choose} />
              )}
            </div>
          ))}
          {!entries.length && !busy && (
            <div className={s.none}>
              <b>{t('nav.noResult', { text: text.trim() })}</b>
              <span>{t('nav.noResultHint')}</span>
            </div>
          )}
        </div>
        <div className="vh" role="status">
          {busy ? t('nav.searching') : t('nav.results', { count: entries.length })}
        </div>
        <Foot />
      </div>
    </dialog>
  )
}

/** Who types the name of a command means it, before records of that name. */
const isNamed = (text: string, title: string): boolean => title.toLowerCase().startsWith(text.trim().toLowerCase())
