import { type ComponentType, lazy } from 'react'
import { type Me, may } from '../../app/session'

/** Each is loaded when it is opened. */
export const PAGES = {
  organisation: lazy(() => import('../../pages/settings/organisation')),
  users: lazy(() => import('../../pages/settings/users')),
  teams: lazy(() => import('../../pages/settings/teams')),
  roles: lazy(() => import('../../pages/settings/roles')),
  pipelines: lazy(() => import('../../pages/settings/pipelines')),
  fields: lazy(() => import('../../pages/settings/fields')),
  rates: lazy(() => import('../../pages/settings/rates')),
  imports: lazy(() => import('../../pages/settings/imports')),
  bulk: lazy(() => import('../../pages/settings/bulk')),
  exports: lazy(() => import('../../pages/settings/exports')),
  'sample-data': lazy(() => import('../../pages/settings/sample-data')),
  'api-keys': lazy(() => import('../../pages/settings/api-keys')),
  retention: lazy(() => import('../../pages/settings/retention')),
  audit: lazy(() => import('../../pages/settings/audit')),
  requests: lazy(() => import('../../pages/settings/requests')),
  backup: lazy(() => import('../../pages/settings/backup')),
  health: lazy(() => import('../../pages/settings/health')),
} satisfies Record<string, ComponentType>
export type PageName = keyof typeof PAGES

/** What a page asks for: a record type and an action of it. */
const NEEDS: Partial<Record<PageName, [string, string]>> = {
  organisation: ['organisation', 'manage'],
  users: ['user', 'create'],
  teams: ['team', 'create'],
  roles: ['role', 'read'],
  pipelines: ['pipeline', 'edit'],
  fields: ['field_definition', 'create'],
  rates: ['exchange_rate', 'create'],
  imports: ['import', 'create'],
  bulk: ['bulk', 'read'],
  'sample-data': ['import', 'create'],
  'api-keys': ['api_key', 'create'],
  retention: ['retention_rule', 'read'],
  audit: ['audit', 'read'],
  requests: ['subject_request', 'read'],
  backup: ['audit', 'read'],
  health: ['audit', 'read'],
}
const GROUPS: { name: string; pages: PageName[] }[] = [
  { name: 'organisation', pages: ['organisation', 'users', 'teams', 'roles'] },
  { name: 'sales', pages: ['pipelines', 'fields', 'rates'] },
  { name: 'data', pages: ['imports', 'bulk', 'exports', 'sample-data', 'api-keys', 'retention'] },
  { name: 'operations', pages: ['audit', 'requests', 'backup', 'health'] },
]

export const groupsFor = (me: Me): { name: string; pages: PageName[] }[] =>
  GROUPS.map(({ name, pages }) => ({ name, pages: pages.filter((page) => !NEEDS[page] || may(me, ...NEEDS[page])) })).filter(
    ({ pages }) => pages.length > 0,
  )
