import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { call } from '../../api/client'
import type { components } from '../../api/schema/identity'
import { Button } from '../../ui/button'
import { number } from '../../ui/format'
import { Bones } from '../../ui/skeleton'
import { useTranslation } from '../../words'
import type { Change, Grants, Role } from './levels'
import s from './settings.module.css'

type Foreseen = components['schemas']['Foreseen']

interface Props {
  changes: Change[]
  role: Role
  after: Grants
  labels: Map<string, string>
  problem: string
  busy: boolean
  onSave(): void
  onDiscard(): void
}

/** What would change, before it does: each right, and the people who gain or lose by it. */
export function RolePreview({ changes, role, after, labels, problem, busy, onSave, onDiscard }: Props) {
  const { t } = useTranslation()
  const { data } = useForeseen(role, after)
  const gain = data?.items.filter((one) => one.gains.length > 0) ?? []
  const lose = data?.items.filter((one) => one.losses.length > 0) ?? []
  return (
    <section className={s.preview} aria-label={t('settings.roles.preview')}>
      <h3>{t('settings.roles.preview')}</h3>
      <ul>
        {changes.map(({ type, action, from, to }) => (
          <li key={`${type} ${action}`}>
            {labels.get(type)}, {t(`settings.actions.${action}`)}: <del>{t(`settings.levels.${from}`)}</del> →{' '}
            <b>{t(`settings.levels.${to}`)}</b>
          </li>
        ))}
      </ul>
      {!data && <Bones rows={2} label={t('common.loading')} />}
      {lose.length > 0 && <Who text={t('settings.roles.lose', { count: data?.losing })} people={lose} labels={labels} />}
      {gain.length > 0 && <Who text={t('settings.roles.gain', { count: data?.gaining })} people={gain} labels={labels} />}
      {data?.people === 0 && <p>{t('settings.roles.nobody')}</p>}
      <p role="alert" className={s.problem}>
        {problem}
      </p>
      <footer>
        <Button look="quiet" onClick={onDiscard} disabled={busy}>
          {t('settings.discard')}
        </Button>
        <Button look="primary" onClick={onSave} busy={busy}>
          {t('common.save')}
        </Button>
      </footer>
    </section>
  )
}

const FEW = 6
/** The people, each with the records that they would read where their number changes. */
function Who({ text, people, labels }: { text: string; people: Foreseen['items']; labels: Map<string, string> }) {
  const { t } = useTranslation()
  const named = people.slice(0, FEW).map(({ name, records }) => {
    const counts = records.flatMap(({ resource, before, after }) =>
      labels.has(resource) ? [`${labels.get(resource)} ${number(before)} → ${number(after)}`] : [],
    )
    return counts.length > 0 ? t('settings.roles.withRecords', { name, records: counts.join(', ') }) : name
  })
  const names = named.join(', ')
  return (
    <p>
      <b>{text}</b> {people.length > FEW ? t('settings.roles.andMore', { names, count: people.length - FEW }) : names}
    </p>
  )
}

/** What the change would do, as the code that decides live says. */
const useForeseen = (role: Role, grants: Grants) =>
  useQuery({
    queryKey: ['settings', 'roles', 'preview', role.id, grants],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => call<Foreseen>('POST', `/identity/roles/${role.id}/preview`, { body: { grants }, signal }),
  })
