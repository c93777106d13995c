// The service worker: keeps what the shell is made of, so that the client opens without a network. It never sees a
// token and keeps no answer of the suite: those are the page's (data/offline). Built as one file without imports;
// scripts/worker.mjs puts the list of its files and their version in front.
export {}

interface Extendable extends Event {
  waitUntil(done: Promise<unknown>): void
}
interface Fetched extends Extendable {
  request: Request
  respondWith(answer: Promise<Response>): void
}
interface Scope {
  __SHELL__: { version: string; files: string[] }
  location: Location
  skipWaiting(): Promise<void>
  clients: { claim(): Promise<void> }
  addEventListener(name: 'install' | 'activate', act: (event: Extendable) => void): void
  addEventListener(name: 'fetch', act: (event: Fetched) => void): void
  addEventListener(name: 'message', act: (event: Extendable & { data: unknown }) => void): void
}

const scope = self as unknown as Scope
const { version, files } = scope.__SHELL__
const SHELL = `crm-shell-${version}`
const USED = 'crm-used' // what pages have loaded beyond the shell
const MOST_USED = 120
const INDEX = '/'
const PATIENCE = 4000 // ms for a page's document, before the kept one is taken

const PAGES = /^\/(?:$|o\/|dashboard|calendar|notifications|me$|import$|settings|help|sign-in)/ // others are the suite's own

const isAsset = (path: string) => path.startsWith('/assets/')
const isShells = (path: string) => isAsset(path) || files.includes(path)

async function install(): Promise<void> {
  const cache = await caches.open(SHELL)
  await cache.addAll(files.map((file) => new Request(file, { cache: isAsset(file) ? 'default' : 'reload' })))
  await scope.skipWaiting()
}

/** The shell before this one stays: a page that is open was made of it, and may ask for the rest of its parts. */
async function activate(): Promise<void> {
  const shells = (await caches.keys()).filter((name) => name.startsWith('crm-shell-') && name !== SHELL)
  await Promise.all(shells.slice(0, -1).map((name) => caches.delete(name)))
  await scope.clients.claim()
}

async function fileOf(request: Request): Promise<Response> {
  const found = await caches.match(request, { ignoreVary: true })
  if (found) return found
  const answer = await fetch(request)
  if (answer.ok && isAsset(new URL(request.url).pathname)) await use(request, answer.clone())
  return answer
}

async function use(request: Request, answer: Response): Promise<void> {
  const cache = await caches.open(USED)
  await cache.put(request, answer)
  const held = await cache.keys()
  await Promise.all(held.slice(0, Math.max(0, held.length - MOST_USED)).map((old) => cache.delete(old)))
}

/** The suite's own document if it answers in time, so that a page is always the newest; else the kept one. */
async function page(request: Request): Promise<Response> {
  const kept = await (await caches.open(SHELL)).match(INDEX)
  const answer = fetch(request)
  if (!kept) return answer
  const late = new Promise<Response>((done) => setTimeout(() => done(kept.clone()), PATIENCE))
  return Promise.race([answer.catch(() => kept.clone()), late])
}

/** What a page loaded before the worker was there. */
async function keep(urls: unknown): Promise<void> {
  const paths = Array.isArray(urls) ? urls.filter((url): url is string => typeof url === 'string' && isAsset(url)) : []
  for (const path of paths) if (!(await caches.match(path, { ignoreVary: true }))) await fileOf(new Request(path)).catch(() => undefined)
}

scope.addEventListener('install', (event) => event.waitUntil(install()))
scope.addEventListener('activate', (event) => event.waitUntil(activate()))
scope.addEventListener('message', (event) => event.waitUntil(keep(event.data)))
scope.addEventListener('fetch', (event) => {
  const { request } = event
  const { origin, pathname } = new URL(request.url)
  if (request.method !== 'GET' || origin !== scope.location.origin) return
  if (request.mode === 'navigate' && PAGES.test(pathname)) event.respondWith(page(request))
  else if (isShells(pathname)) event.respondWith(fileOf(request))
})
