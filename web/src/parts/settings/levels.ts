export const LEVELS = ['none', 'own', 'team', 'below', 'all'] as const
export type Level = (typeof LEVELS)[number]
export const ACTIONS = ['read', 'create', 'edit', 'archive', 'assign', 'merge', 'export', 'import', 'erase', 'reopen', 'manage'] as const
export type Action = (typeof ACTIONS)[number]
/** record type ("*" = any) → action ("*" = any) → how far. */
export type Grants = Record<string, Record<string, Level>>
export interface Role {
  id: string
  /** Of an own role that was read by itself. */
  version?: number
  zh: string
  en: string
  built_in: boolean
  grants: Grants
}

/** `account read` → how far: what two people changed is told apart cell by cell. */
export type Cells = Record<string, Level>
export const cellsOf = (grants: Grants): Cells =>
  Object.fromEntries(
    Object.entries(grants).flatMap(([type, of]) => Object.entries(of).map(([action, level]) => [`${type} ${action}`, level])),
  )
export function grantsOf(cells: Cells): Grants {
  const grants: Grants = {}
  for (const [cell, level] of Object.entries(cells)) {
    const [type = '', action = ''] = cell.split(' ')
    grants[type] = { ...grants[type], [action]: level }
  }
  return grants
}

const rank = (level: Level | undefined): number => (level ? LEVELS.indexOf(level) : 0)
const highest = (levels: (Level | undefined)[]): Level => LEVELS[Math.max(0, ...levels.map(rank))] as Level

/** How far one role lets go: what it says for the type and for any, of the action and of any. */
export const levelOf = (grants: Grants, type: string, action: string): Level =>
  highest([type, '*'].flatMap((name) => [grants[name]?.[action], grants[name]?.['*']]))

/** The same grants with one cell changed. A cell that a `*` covers cannot go below it. */
export function withLevel(grants: Grants, type: string, action: string, level: Level): Grants {
  const { [action]: _, ...others } = grants[type] ?? {}
  const actions = level === 'none' ? others : { ...others, [action]: level }
  const { [type]: __, ...rest } = grants
  return Object.keys(actions).length ? { ...rest, [type]: actions } : rest
}
/** The least level that a cell can have: what `*` gives it. */
export const floorOf = (grants: Grants, type: string, action: string): Level =>
  highest([grants['*']?.[action], grants['*']?.['*'], grants[type]?.['*']])

export interface Change {
  type: string
  action: Action
  from: Level
  to: Level
}
export const changesOf = (before: Grants, after: Grants, types: readonly string[]): Change[] =>
  types.flatMap((type) =>
    ACTIONS.map((action) => ({ type, action, from: levelOf(before, type, action), to: levelOf(after, type, action) })).filter(
      ({ from, to }) => from !== to,
    ),
  )
