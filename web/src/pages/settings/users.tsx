import { IconDots } from '@tabler/icons-react'
import { lazy, Suspense, useState } from 'react'
import { useSession } from '../../app/session'
import { useSettled } from '../../data/settled'
import { Waiting } from '../../parts/offline/waiting'
import { type User, useNumberOfUsers, useRoles, useUsers } from '../../parts/settings/people'
import { roleName } from '../../parts/settings/role-name'
import s from '../../parts/settings/settings.module.css'
import { SettingsPage } from '../../parts/settings/settings-page'
import { together, useSave } from '../../parts/settings/use-save'
import { Avatar } from '../../ui/avatar'
import { Button } from '../../ui/button'
import { SearchField, Tick } from '../../ui/field'
import { joined, number } from '../../ui/format'
import { IconButton } from '../../ui/icon-button'
import { Menu } from '../../ui/menu'
import { useTranslation } from '../../words'

const UserPlaces = lazy(async () => ({ default: (await import('../../parts/settings/user-places')).UserPlaces }))
const Leave = lazy(async () => ({ default: (await import('../../parts/settings/leave')).Leave }))
const ResetFactor = lazy(() => import('../../parts/factor/reset'))
const InviteUser = lazy(async () => ({ default: (await import('../../parts/settings/invite-user')).InviteUser }))

const PAUSE_MS = 150
const TONES = { listed: undefined, invited: 'past', active: 'good', suspended: 'bad', deactivated: undefined } as const
type Act = { kind: 'invite' } | { kind: 'link' | 'places' | 'leave' | 'reset'; user: User }

export default function Users() {
  const { t } = useTranslation()
  const [act, setAct] = useState<Act>()
  const [query, setQuery] = useState('')
  const [gone, setGone] = useState(false)
  const [bare, setBare] = useState(false)
  const text = useSettled(query.trim(), PAUSE_MS)
  const asked = useUsers(text, { gone, bare })
  const count = useNumberOfUsers(text, { gone, bare }).data
  const roles = useRoles().data?.items
  const { items: shown, names } = together(asked.data?.pages ?? [])
  const live = (user: User) => shown.find((one) => one.id === user.id) ?? user // others may save meanwhile
  const close = () => setAct(undefined)
  const nameOfRole = new Map((roles ?? []).map((role) => [role.id, roleName(role)]))
  const rolesOf = (user: User) => user.roles.map((id) => nameOfRole.get(id) ?? id)
  const proved = (user: User) => (user.second_factor ? [t('factor.title')] : [])
  return (
    <SettingsPage
      title={t('settings.pages.users')}
      lead={t('settings.users.lead')}
      topic="people"
      wide
      action={
        <Button look="primary" onClick={() => setAct({ kind: 'invite' })}>
          {t('settings.users.invite')}
        </Button>
      }
    >
      <div className={s.bar}>
        <SearchField label={t('common.search')} value={query} onChange={setQuery} />
        <Tick label={t('settings.users.gone')} checked={gone} onChange={setGone} />
        <Tick label={t('factor.bare')} checked={bare} onChange={setBare} />
        {count !== undefined && <span className={s.count}>{t('settings.users.count', { count, shown: number(count) })}</span>}
      </div>
      <Waiting on={asked} rows={6} />
      {asked.data && (
        <table className={s.table}>
          <thead>
            <tr>
              <th scope="col">{t('settings.users.person')}</th>
              <th scope="col">{t('settings.pages.roles')}</th>
              <th scope="col">{t('settings.pages.teams')}</th>
              <th scope="col">{t('settings.users.status')}</th>
              <th scope="col">{t('factor.title')}</th>
              <td />
            </tr>
          </thead>
          <tbody>
            {shown.map((user) => (
              <tr key={user.id}>
                <td>
                  <span className={s.who}>
                    <Avatar id={user.id} name={user.name} size={26} />
                    <span>
                      <b>{user.name}</b>
                      <small>{user.email}</small>
                      <small data-phone>
                        {joined([
                          ...rolesOf(user),
                          ...(user.status === 'active' ? [] : [t(`settings.users.${user.status}`)]),
                          ...proved(user),
                        ])}
                      </small>
                    </span>
                  </span>
                </td>
                <td data-desk>{joined(rolesOf(user))}</td>
                <td data-desk>{joined(user.teams.map((id) => names[id] ?? '').filter(Boolean))}</td>
                <td data-desk>
                  <span className={s.chip} data-tone={TONES[user.status]}>
                    {t(`settings.users.${user.status}`)}
                  </span>
                </td>
                <td data-desk>{user.second_factor && t('factor.isSet')}</td>
                <td>
                  <UserMenu user={user} onAct={setAct} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {asked.hasNextPage && (
        <Button small busy={asked.isFetchingNextPage} onClick={() => void asked.fetchNextPage()}>
          {t('common.more')}
        </Button>
      )}
      <Suspense>
        {act?.kind === 'invite' && <InviteUser onClose={close} />}
        {act?.kind === 'link' && <InviteUser user={act.user} onClose={close} />}
        {act?.kind === 'places' && <UserPlaces user={live(act.user)} names={names} onClose={close} />}
        {act?.kind === 'reset' && <ResetFactor user={act.user} onClose={close} />}
        {act?.kind === 'leave' && <Leave user={act.user} onClose={close} />}
      </Suspense>
    </SettingsPage>
  )
}

function UserMenu({ user, onAct }: { user: User; onAct(act: Act): void }) {
  const { t } = useTranslation()
  const { save } = useSave('user')
  const send = (verb: string, told: string) => void save('POST', `/identity/users/${user.id}/${verb}`, {}, told)
  const { status } = user
  const session = useSession()
  const own = session.state === 'in' && session.me.user.id === user.id
  return (
    <Menu
      items={[
        { id: 'places', label: t('settings.users.places'), run: () => onAct({ kind: 'places', user }) },
        {
          id: 'link',
          label: t('settings.users.link'),
          disabled: !['invited', 'active'].includes(status),
          run: () => onAct({ kind: 'link', user }),
        },
        {
          id: 'suspend',
          label: t('settings.users.suspend'),
          disabled: status !== 'active',
          run: () => send('suspend', t('settings.users.isSuspended')),
        },
        {
          id: 'reactivate',
          label: t('settings.users.reactivate'),
          disabled: !['suspended', 'deactivated'].includes(status),
          run: () => send('reactivate', t('settings.users.isBack')),
        },
        {
          id: 'reset',
          label: t('factor.reset'),
          disabled: !user.second_factor || own, // one's own is turned off with its code
          run: () => onAct({ kind: 'reset', user }),
        },
        {
          id: 'leave',
          label: t('settings.users.leave'),
          danger: true,
          section: true,
          disabled: status === 'deactivated',
          run: () => onAct({ kind: 'leave', user }),
        },
      ]}
    >
      <IconButton label={t('settings.more', { name: user.name })}>
        <IconDots size={18} stroke={1.6} />
      </IconButton>
    </Menu>
  )
}
