import { type KeyboardEvent, useRef } from 'react'
import { useTranslation } from '../../words'
import { ACTIONS, type Action, floorOf, type Grants, LEVELS, type Level, levelOf } from './levels'
import s from './matrix.module.css'

interface Props {
  rows: { name: string; label: string }[]
  grants: Grants
  before: Grants
  locked: boolean
  onChange(type: string, action: Action, level: Level): void
}

const STEPS: Record<string, [number, number]> = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }

/** Arrow keys go from cell to cell, 0 to 4 or a letter sets one; a click opens the choice. */
export function RoleMatrix({ rows, grants, before, locked, onChange }: Props) {
  const { t } = useTranslation()
  const table = useRef<HTMLTableElement>(null)
  const cells = () => [...(table.current?.querySelectorAll('select') ?? [])]
  function go(event: KeyboardEvent<HTMLSelectElement>, row: number, column: number) {
    const step = event.altKey ? undefined : STEPS[event.key]
    if (step) {
      const [down, right] = [row + step[0], column + step[1]]
      event.preventDefault()
      if (right >= 0 && right < ACTIONS.length) cells()[down * ACTIONS.length + right]?.focus()
      return
    }
    const level = /^[0-4]$/.test(event.key) ? LEVELS[Number(event.key)] : undefined
    const [type, action] = [rows[row]?.name, ACTIONS[column]]
    if (level && type && action && !locked) onChange(type, action, level)
  }
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <section className={s.scroll} tabIndex={0} aria-label={t('settings.roles.matrix')}>
      <table ref={table} className={s.matrix}>
        <thead>
          <tr>
            <th scope="col">{t('settings.roles.type')}</th>
            {ACTIONS.map((action) => (
              <th scope="col" key={action}>
                {t(`settings.actions.${action}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, n) => (
            <tr key={row.name}>
              <th scope="row">{row.label}</th>
              {ACTIONS.map((action, m) => {
                const level = levelOf(grants, row.name, action)
                const least = LEVELS.indexOf(floorOf(grants, row.name, action))
                return (
                  <td key={action} data-changed={level !== levelOf(before, row.name, action) || undefined}>
                    <i data-level={level} aria-hidden />
                    <select
                      value={level}
                      data-level={level}
                      disabled={locked || least === 4}
                      aria-label={t('settings.roles.cell', { type: row.label, action: t(`settings.actions.${action}`) })}
                      onKeyDown={(event) => go(event, n, m)}
                      onChange={(event) => onChange(row.name, action, event.currentTarget.value as Level)}
                    >
                      {LEVELS.map((one, rank) => (
                        <option key={one} value={one} disabled={rank < least}>
                          {t(`settings.levels.${one}`)}
                        </option>
                      ))}
                    </select>
                  </td>
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
