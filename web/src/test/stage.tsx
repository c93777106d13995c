import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { createMemoryHistory, createRootRoute, createRoute, createRouter, Outlet, RouterProvider } from '@tanstack/react-router'
import { act, type ReactNode, Suspense } from 'react'
import { createRoot } from 'react-dom/client'
import { Timed } from '../data/moment'
import { Kit } from '../ui/kit'
import { warm } from '../ui/later'
import { startWords, withOffice } from '../words'

export interface Sent {
  method: string
  path: string
  query: URLSearchParams
  body: unknown
  headers: Headers
}
type Answer = { status?: number; body: unknown }
/** `GET /harbour/boats` → what the suite would answer. */
export type Server = Record<string, (sent: Sent) => Answer | unknown>

/** A suite that answers by rule and notes what it was asked. */
export function serve(server: Server): Sent[] {
  const asked: Sent[] = []
  globalThis.fetch = async (input, init) => {
    const { pathname, searchParams } = new URL(String(input), 'http://crm.test')
    const headers = new Headers(init?.headers)
    const sent = {
      method: init?.method ?? 'GET',
      path: pathname,
      query: searchParams,
      body: typeof init?.body === 'string' ? JSON.parse(init.body) : init?.body, // a form stays one
      headers,
    }
    asked.push(sent)
    const found = (server[`${sent.method} ${pathname}`]?.(sent) ?? {
      status: 404,
      body: { type: '/problems/not-found', status: 404, title: '', detail: '' },
    }) as Answer
    const { status = 200, body } = found && typeof found === 'object' && 'body' in found ? found : { body: found }
    return new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } })
  }
  return asked
}

/** Let queries, effects and timers come to rest. */
export async function rest(ms = 30): Promise<void> {
  await act(async () => {
    await new Promise((done) => setTimeout(done, ms))
  })
}

/** Until the text stands there: answers come when they come. */
export async function seen(box: ParentNode & { textContent: string | null }, text: string): Promise<void> {
  for (let turn = 0; turn < 100 && !box.textContent?.includes(text); turn += 1) await rest(20)
  if (!box.textContent?.includes(text)) throw new Error(`never seen: ${text}; but ${box.textContent}`)
}

/** The client around one page at an address, in English. */
export async function play(Page: () => ReactNode, path: string): Promise<HTMLElement> {
  ;(globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true
  document.documentElement.lang = 'en'
  await Promise.all([startWords(), withOffice(warm())])
  const root = createRootRoute({ component: Outlet })
  const shell = createRoute({
    getParentRoute: () => root,
    id: 'shell',
    component: () => (
      <Timed>
        <Suspense>
          <Outlet />
        </Suspense>
      </Timed>
    ),
  })
  const list = createRoute({ getParentRoute: () => shell, path: '/o/$type', component: Page })
  const record = createRoute({ getParentRoute: () => shell, path: '/o/$type/$id', component: Page })
  const router = createRouter({
    routeTree: root.addChildren([shell.addChildren([list, record])]),
    history: createMemoryHistory({ initialEntries: [path] }),
  })
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  const box = document.body.appendChild(document.createElement('div'))
  await act(async () => {
    createRoot(box).render(
      <Kit>
        <QueryClientProvider client={client}>
          <RouterProvider router={router as never} />
        </QueryClientProvider>
      </Kit>,
    )
  })
  await rest()
  return box
}

/** As a person would write it: React listens to the setter of the element's own class. */
export async function type(input: HTMLInputElement | HTMLTextAreaElement, text: string): Promise<void> {
  const own = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(input), 'value')
  await act(async () => {
    own?.set?.call(input, text)
    input.dispatchEvent(new Event('input', { bubbles: true }))
  })
}

export async function press(target: Element | null | undefined): Promise<void> {
  if (!target) throw new Error('nothing to press')
  await act(async () => (target as HTMLElement).click())
  await rest()
}

export const button = (box: ParentNode, name: string): HTMLElement | undefined =>
  [...box.querySelectorAll<HTMLElement>('button, [role="menuitem"]')].find(
    (one) => (one.getAttribute('aria-label') ?? one.textContent)?.trim() === name,
  )
