import { useBlocker } from '@tanstack/react-router'
import { type ReactNode, useRef, useState } from 'react'
import type { ListSearch } from '../../app/search'
import { same } from '../../meta/meta'
import { Button } from '../../ui/button'
import { Dialog } from '../../ui/dialog'
import { useTranslation } from '../../words'

interface UnsavedProps {
  when(): boolean
  onLeave?(): void
  /** It stands in a dialog, which the address may have opened: `?create=true`, or the panel around it. Going back closes it on the same page. */
  inDialog?: boolean
}

/** What the address opens on a page. */
const OPENS = ['create', 'open'] as const

/** Nobody loses what they entered: leaving the page, or closing the window, asks first. */
export function Unsaved({ when, onLeave, inDialog }: UnsavedProps) {
  const { t } = useTranslation()
  const { status, proceed, reset } = useBlocker({
    shouldBlockFn: ({ current, next }) => {
      const [here, there] = [current.search as ListSearch, next.search as ListSearch]
      const closes = inDialog && OPENS.some((name) => here[name] !== undefined && here[name] !== there[name])
      return when() && (current.pathname !== next.pathname || closes === true)
    },
    enableBeforeUnload: when,
    withResolver: true,
  })
  return (
    <Asked open={status === 'blocked'} onStay={() => reset?.()} onLeave={() => [onLeave?.(), proceed?.()]} title={t('record.unsaved')} />
  )
}

/** Whether it is another than at first: for what is written in a form. before: what it began with, where others may renew that. */
export function useChanged(written: unknown, before?: unknown): boolean {
  const [first] = useState(written)
  return !same(before ?? first, written)
}

interface Guard {
  /** Closes the dialog; asks first where something stands in it. */
  close(): void
  /** It was sent: there is nothing to ask about any more. */
  settle(): void
  /** What asks; it stands beside the dialog. */
  guard: ReactNode
}

/** For dialogs with something to write: closing it, leaving the page and closing the window ask first. */
export function useGuard(dirty: boolean, onClose: () => void): Guard {
  const { t } = useTranslation()
  const [leaving, setLeaving] = useState(false)
  const settled = useRef(false)
  const unsaved = () => dirty && !settled.current
  const settle = () => {
    settled.current = true
  }
  const leave = () => {
    settle() // it was asked about here: that closing changes the address must not ask again
    onClose()
  }
  return {
    close: () => (unsaved() ? setLeaving(true) : onClose()),
    settle,
    guard: (
      <>
        <Unsaved when={unsaved} inDialog />
        <Asked open={leaving} onStay={() => setLeaving(false)} onLeave={leave} title={t('record.unsaved')} />
      </>
    ),
  }
}

/** The question itself. The Esc that asks it must not answer it. */
function Asked({ open, onStay, onLeave, title }: { open: boolean; onStay(): void; onLeave(): void; title: string }) {
  const { t } = useTranslation()
  return (
    <Dialog
      open={open}
      onClose={onStay}
      title={title}
      size={380}
      firm
      actions={
        <>
          <Button onClick={onLeave}>{t('record.leave')}</Button>
          <Button look="primary" onClick={onStay}>
            {t('record.stay')}
          </Button>
        </>
      }
    >
      {t('record.unsavedText')}
    </Dialog>
  )
}
