import { useBlocker } from '@tanstack/react-router'
import { Button } from '../../ui/button'
import { Dialog } from '../../ui/dialog'
import { useTranslation } from '../../words'

/** Nobody loses what they entered: leaving the page, or closing the window, asks first. */
export function Unsaved({ when, onLeave }: { when(): boolean; onLeave?(): void }) {
  const { t } = useTranslation()
  const { status, proceed, reset } = useBlocker({
    shouldBlockFn: ({ current, next }) => when() && current.pathname !== next.pathname,
    enableBeforeUnload: when,
    withResolver: true,
  })
  return (
    <Asked open={status === 'blocked'} onStay={() => reset?.()} onLeave={() => [onLeave?.(), proceed?.()]} title={t('record.unsaved')} />
  )
}

/** The question itself: for dialogs that are closed while something stands in them. The Esc that asks it must not answer it. */
export function Asked({ open, onStay, onLeave, title }: { open: boolean; onStay(): void; onLeave(): void; title: string }) {
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
