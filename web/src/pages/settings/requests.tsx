import { IconShieldCheck } from '@tabler/icons-react'
import { Link, useNavigate } from '@tanstack/react-router'
import { useMe } from '../../app/session'
import { useList } from '../../data/records'
import { useObject } from '../../meta/use-types'
import { Waiting } from '../../parts/offline/waiting'
import { boardOf, GROUPS, OPEN } from '../../parts/privacy/due'
import { Requests } from '../../parts/privacy/requests'
import s from '../../parts/privacy/requests.module.css'
import { SettingsPage } from '../../parts/settings/settings-page'
import { Button } from '../../ui/button'
import { Empty } from '../../ui/empty'
import { dayAt } from '../../ui/format'
import { useTranslation } from '../../words'

const MOST = 200
const TONES = { overdue: 'bad', week: 'past', later: undefined } as const
const QUERY = { filter: { field: 'status', op: 'in', value: OPEN }, sort: 'due' }

/** What people ask about their own data, by the day the answer is due. */
export default function RequestsPage() {
  const { t } = useTranslation()
  const object = useObject('subject_request')
  return (
    <SettingsPage
      title={t('settings.pages.requests')}
      lead={t('privacy.lead')}
      topic="privacy"
      wide
      action={object?.create?.allowed && <NewRequest label={object.create.label} />}
    >
      {object && <DueBoard object={object} />}
    </SettingsPage>
  )
}

function NewRequest({ label }: { label: string }) {
  const go = useNavigate()
  return (
    <Button look="primary" onClick={() => void go({ to: '/o/$type', params: { type: 'subject_request' }, search: { create: true } })}>
      {label}
    </Button>
  )
}

function DueBoard({ object }: { object: NonNullable<ReturnType<typeof useObject>> }) {
  const { t } = useTranslation()
  const { user } = useMe()
  const asked = useList(object, QUERY, MOST)
  const { data } = asked
  if (!data) return <Waiting on={asked} rows={6} />
  const today = dayAt(new Date())
  const approves = object.command('audit.ApproveErasure')?.allowed
  const board = boardOf(data.items, today, approves ? user.id : undefined)
  const figures = [
    ...GROUPS.map((name) => ({ name: t(`privacy.groups.${name}`), count: board.counts[name], tone: TONES[name] })),
    ...(approves ? [{ name: t('privacy.mine'), count: board.mine.length, tone: 'accent' as const }] : []),
  ]
  return (
    <>
      {data.items.length === 0 ? (
        <Empty icon={<IconShieldCheck size={28} stroke={1.4} />} title={t('privacy.none')} text={t('privacy.noneText')} />
      ) : (
        <dl className={s.figures}>
          {figures.map(({ name, count, tone }) => (
            <div key={name} data-tone={count > 0 ? tone : undefined}>
              <dt>{name}</dt>
              <dd>{count}</dd>
            </div>
          ))}
        </dl>
      )}
      <Requests object={object} board={board} names={data.names} today={today} />
      {data.next && <p>{t('privacy.more', { count: MOST })}</p>}
      <Link to="/o/$type" params={{ type: object.name }} search={{}} className={s.all}>
        {t('privacy.all')}
      </Link>
    </>
  )
}
