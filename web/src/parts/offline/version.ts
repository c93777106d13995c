import { store, useStore } from '../../app/store'
import { onBack } from '../../data/offline/connection'

const OFTEN = 600_000 // ms
const newer = store(false)
export const useNewer = (): boolean => useStore(newer)

const own = () => document.querySelector<HTMLMetaElement>('meta[name=version]')?.content

async function look(): Promise<void> {
  const mine = own()
  if (!mine || newer.get() || document.hidden) return
  const answer = await fetch('/version.json', { cache: 'no-store' })
  if (!answer.ok) return
  const { version } = (await answer.json()) as { version?: string }
  if (version && version !== mine) newer.set(true)
}
const quietly = () => void look().catch(() => undefined)

/** Looks now, every ten minutes, when the page is seen again, and where a part of an older version is gone. */
export function watchVersion(signal: AbortSignal): void {
  quietly()
  const timer = setInterval(quietly, OFTEN)
  signal.addEventListener('abort', () => clearInterval(timer))
  document.addEventListener('visibilitychange', quietly, { signal })
  addEventListener('vite:preloadError', quietly, { signal })
  onBack(quietly)
}
