// The service worker, where there may be one: over HTTPS or on this machine. Trusted Types let through its one address.
interface Policies {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): string }
}
const WORKER = '/sw.js'

function trusted(): string {
  const policies = (globalThis as { trustedTypes?: Policies }).trustedTypes
  const only = (url: string) => {
    if (url !== WORKER) throw new TypeError('no other worker is started here')
    return url
  }
  return policies ? policies.createPolicy('crm-worker', { createScriptURL: only }).createScriptURL(WORKER) : WORKER
}

/** Once the first page stands. The worker then keeps what that page was made of. */
export function install(): void {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return
  const register = async () => {
    await navigator.serviceWorker.register(trusted())
    const { active } = await navigator.serviceWorker.ready
    const loaded = performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname)
    active?.postMessage([...new Set(loaded)].filter((path) => path.startsWith('/assets/')))
  }
  setTimeout(() => void register().catch(() => undefined), 2000)
}
