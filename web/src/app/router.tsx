import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet, redirect } from '@tanstack/react-router'
import { Failed } from '../pages/failed'
import { NotFound } from '../pages/not-found'
import { withOffice } from '../words'
import { queries } from './queries'
import { auditSearch, dashboardSearch, listSearch, recordSearch, signInSearch, weekSearch } from './search'
import { currentSession } from './session'
import { Shell } from './shell/shell'

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFound, errorComponent: Failed })

// --- without a session ---
const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: signInSearch,
  component: lazyRouteComponent(() => import('../pages/sign-in'), 'SignIn'),
})
const setUp = createRoute({
  getParentRoute: () => root,
  path: '/setup',
  component: lazyRouteComponent(() => import('../pages/set-up'), 'SetUp'),
})
const invitation = createRoute({
  getParentRoute: () => root,
  path: '/invitation',
  component: lazyRouteComponent(() => import('../pages/invitation'), 'Invitation'),
})

// --- within the shell ---
const shell = createRoute({
  getParentRoute: () => root,
  id: 'shell',
  component: Shell,
  beforeLoad: ({ location }) => {
    if (currentSession().state === 'out')
      throw redirect({ to: '/sign-in', search: location.href === '/' ? {} : { to: location.href }, replace: true })
  },
})
const home = createRoute({ getParentRoute: () => shell, path: '/', component: lazyRouteComponent(() => import('../pages/home'), 'Home') })
const listPage = () => import('../pages/list')
const list = createRoute({
  getParentRoute: () => shell,
  path: '/o/$type',
  validateSearch: listSearch,
  loaderDeps: ({ search }) => search,
  loader: ({ params, deps }) => {
    const session = currentSession()
    if (session.state !== 'in') return
    const { me } = session
    void listPage() // also when the pointer only rests on a link
      .then(({ listAhead }) => listAhead(queries, params.type, deps, me))
      .catch(() => undefined) // the page itself says what fails
  },
  component: lazyRouteComponent(listPage, 'List'),
})
const record = createRoute({
  getParentRoute: () => shell,
  path: '/o/$type/$id',
  validateSearch: recordSearch,
  component: lazyRouteComponent(() => import('../pages/record'), 'RecordPage'),
})
const dashboard = createRoute({
  getParentRoute: () => shell,
  path: '/dashboard',
  validateSearch: dashboardSearch,
  component: lazyRouteComponent(() => import('../pages/dashboard'), 'Dashboard'),
})
const calendar = createRoute({
  getParentRoute: () => shell,
  path: '/calendar',
  validateSearch: weekSearch,
  component: lazyRouteComponent(() => import('../pages/calendar'), 'Calendar'),
})
const notifications = createRoute({
  getParentRoute: () => shell,
  path: '/notifications',
  component: lazyRouteComponent(() => import('../pages/notifications'), 'Notifications'),
})
const me = createRoute({
  getParentRoute: () => shell,
  path: '/me',
  component: lazyRouteComponent(() => withOffice(import('../pages/me')), 'MePage'),
})
const importPage = createRoute({
  getParentRoute: () => shell,
  path: '/import',
  component: lazyRouteComponent(() => withOffice(import('../pages/import')), 'Import'),
})
const settings = createRoute({
  getParentRoute: () => shell,
  path: '/settings/{-$page}',
  validateSearch: auditSearch,
  component: lazyRouteComponent(() => withOffice(import('../pages/settings')), 'Settings'),
})
const help = createRoute({
  getParentRoute: () => shell,
  path: '/help/{-$topic}',
  component: lazyRouteComponent(() => import('../pages/help'), 'Help'),
})

export const routes = root.addChildren([
  signIn,
  setUp,
  invitation,
  shell.addChildren([home, list, record, dashboard, calendar, notifications, me, importPage, settings, help]),
])

export const router = createRouter({
  routeTree: routes,
  defaultPreload: 'intent',
  defaultPreloadStaleTime: 0,
  defaultErrorComponent: Failed,
  defaultNotFoundComponent: NotFound,
  scrollRestoration: false,
})

/** The code of a page, before it is known who looks at it. */
export function preloadPage(path: string): void {
  for (const { routeId } of router.matchRoutes(path === '/' ? '/o/opportunity' : path)) {
    const component = router.routesById[routeId].options.component as { preload?(): Promise<unknown> } | undefined
    void component?.preload?.().catch(() => undefined)
  }
}

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
