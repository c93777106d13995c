import { lazy, Suspense, useState } from 'react'
import { Waiting } from '../../parts/offline/waiting'
import { type Team, useNumberIn, useTeams } from '../../parts/settings/people'
import { RowMenu } from '../../parts/settings/row-menu'
import s from '../../parts/settings/settings.module.css'
import { SettingsPage } from '../../parts/settings/settings-page'
import { Button } from '../../ui/button'
import { Empty } from '../../ui/empty'
import { SearchField } from '../../ui/field'
import { joined, number } from '../../ui/format'
import { useInSight } from '../../ui/in-sight'
import { useTranslation } from '../../words'

const TeamForm = lazy(async () => ({ default: (await import('../../parts/settings/team-form')).TeamForm }))
const ArchiveTeam = lazy(async () => ({ default: (await import('../../parts/settings/archive-team')).ArchiveTeam }))

const FEW = 20 // teams: among them one sees what one looks for

interface Branch {
  team: Team
  depth: number
}

/** Parents before their children, each child one step in. */
function treeOf(teams: Team[], parent?: string, depth = 0): Branch[] {
  const known = new Set(teams.map((team) => team.id))
  const above = (team: Team) => (team.parent && known.has(team.parent) ? team.parent : undefined)
  return teams.filter((team) => above(team) === parent).flatMap((team) => [{ team, depth }, ...treeOf(teams, team.id, depth + 1)])
}

/** All of them as a tree; once a name is looked for, those that bear it. */
function shownOf(teams: Team[], text: string): Branch[] {
  const looked = text.trim().toLowerCase()
  if (!looked) return treeOf(teams)
  return teams.filter((team) => team.name.toLowerCase().includes(looked)).map((team) => ({ team, depth: 0 }))
}

export default function Teams() {
  const { t } = useTranslation()
  const [editing, setEditing] = useState<string | null>()
  const asked = useTeams()
  const { data } = asked
  const [leaving, setLeaving] = useState<string>()
  const [query, setQuery] = useState('')
  const names = { ...data?.names, ...Object.fromEntries((data?.items ?? []).map((team) => [team.id, team.name])) }
  const live = (id: string | null | undefined) => data?.items.find((team) => team.id === id) // others may save meanwhile
  const [edited, left] = [live(editing), live(leaving)]
  return (
    <SettingsPage
      title={t('settings.pages.teams')}
      lead={t('settings.teams.lead')}
      topic="people"
      wide
      action={
        <Button look="primary" onClick={() => setEditing(null)}>
          {t('settings.teams.new')}
        </Button>
      }
    >
      <Waiting on={asked} rows={5} />
      {data?.items.length === 0 && <Empty title={t('settings.teams.none')} text={t('settings.teams.noneText')} ghost />}
      {data && data.items.length > FEW && (
        <div className={s.bar}>
          <SearchField label={t('common.search')} value={query} onChange={setQuery} />
        </div>
      )}
      {data && data.items.length > 0 && (
        <table className={s.table}>
          <thead>
            <tr>
              <th scope="col">{t('settings.teams.name')}</th>
              <th scope="col">{t('settings.teams.leads')}</th>
              <th scope="col" data-num>
                {t('settings.teams.people')}
              </th>
              <td />
            </tr>
          </thead>
          <tbody>
            {shownOf(data.items, query).map(({ team, depth }) => (
              <TeamRow
                key={team.id}
                team={team}
                depth={depth}
                names={names}
                onEdit={() => setEditing(team.id)}
                onArchive={() => setLeaving(team.id)}
              />
            ))}
          </tbody>
        </table>
      )}
      <Suspense>
        {(editing === null || edited) && <TeamForm team={edited} names={names} onClose={() => setEditing(undefined)} />}
        {left && <ArchiveTeam team={left} onClose={() => setLeaving(undefined)} />}
      </Suspense>
    </SettingsPage>
  )
}

interface RowProps extends Branch {
  names: Record<string, string>
  onEdit(): void
  onArchive(): void
}

/** The people of a team are counted by the suite, once its row is in sight. */
function TeamRow({ team, depth, names, onEdit, onArchive }: RowProps) {
  const { t } = useTranslation()
  const [row, inSight] = useInSight<HTMLTableRowElement>()
  const people = useNumberIn(team.id, inSight).data
  return (
    <tr ref={row}>
      <td>
        <div style={{ paddingInlineStart: depth * 20 }}>
          {team.name}
          {people !== undefined && <small data-phone>{t('settings.users.count', { count: people, shown: number(people) })}</small>}
        </div>
      </td>
      <td data-desk>{joined(team.leads.map((id) => names[id] ?? '').filter(Boolean))}</td>
      <td data-desk data-num>
        {people === undefined ? '' : number(people)}
      </td>
      <td>
        <RowMenu
          name={team.name}
          items={[
            { id: 'edit', label: t('common.edit'), run: onEdit },
            { id: 'archive', label: t('settings.archive'), danger: true, section: true, run: onArchive },
          ]}
        />
      </td>
    </tr>
  )
}
