import { lazy, Suspense, useState } from 'react'
import { Waiting } from '../../parts/offline/waiting'
import { type Team, useTeams, useUsers } from '../../parts/settings/people'
import { RowMenu } from '../../parts/settings/row-menu'
import s from '../../parts/settings/settings.module.css'
import { SettingsPage } from '../../parts/settings/settings-page'
import { Button } from '../../ui/button'
import { Empty } from '../../ui/empty'
import { useTranslation } from '../../words'

const TeamForm = lazy(async () => ({ default: (await import('../../parts/settings/team-form')).TeamForm }))
const ArchiveTeam = lazy(async () => ({ default: (await import('../../parts/settings/archive-team')).ArchiveTeam }))

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

export default function Teams() {
  const { t } = useTranslation()
  const [editing, setEditing] = useState<string | null>()
  const asked = useTeams()
  const { data } = asked
  const users = useUsers().data?.items ?? []
  const [leaving, setLeaving] = useState<string>()
  const people = { ...data?.names, ...Object.fromEntries(users.map((user) => [user.id, user.name])) }
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
            {treeOf(data.items).map(({ team, depth }) => (
              <tr key={team.id}>
                <td>
                  <span style={{ paddingInlineStart: depth * 20 }}>{team.name}</span>
                </td>
                <td data-desk>{team.leads.map((id) => people[id] ?? '').join(', ')}</td>
                <td data-desk data-num>
                  {users.filter((user) => user.teams.includes(team.id)).length}
                </td>
                <td>
                  <RowMenu
                    name={team.name}
                    items={[
                      { id: 'edit', label: t('common.edit'), run: () => setEditing(team.id) },
                      {
                        id: 'archive',
                        label: t('settings.archive'),
                        danger: true,
                        section: true,
                        run: () => setLeaving(team.id),
                      },
                    ]}
                  />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <Suspense>
        {(editing === null || edited) && (
          <TeamForm team={edited} teams={data?.items ?? []} people={people} onClose={() => setEditing(undefined)} />
        )}
        {left && <ArchiveTeam team={left} onClose={() => setLeaving(undefined)} />}
      </Suspense>
    </SettingsPage>
  )
}
