import type { QueryClient } from '@tanstack/react-query'
import { lendKeeper, send } from '../../api/client'
import { toast } from '../../ui/toast'
import { t } from '../../words'
import { heard, onBack } from './connection'
import { forgetOne, keep, kept } from './kept'
import { flush, onSent } from './outbox'

/** Reads are answered by what was kept while nobody answers; once somebody does, what waits is sent and all is asked anew. */
export function startOffline(queries: QueryClient): void {
  lendKeeper({ heard, keep, kept, forget: (address) => void forgetOne(address).catch(() => undefined) })
  addEventListener('offline', () => heard(false))
  addEventListener('online', () => void send('GET', '/healthz', { auth: false }).catch(() => undefined))
  onBack(() => void flush().finally(() => queries.invalidateQueries()))
  onSent((count) => {
    toast({ text: t('offline.sent', { count }), kind: 'good' })
    void queries.invalidateQueries()
  })
}
