import { Button } from '../../ui/button'
import { useTranslation } from '../../words'
import { type Change, type Grants, type Person, type Role, whomItConcerns } from './levels'
import s from './settings.module.css'

interface Props {
  changes: Change[]
  role: Role
  after: Grants
  roles: Role[]
  people: Person[]
  labels: Map<string, string>
  problem: string
  busy: boolean
  onSave(): void
  onDiscard(): void
}

/** What would change, before it does: each right, and the people who gain or lose by it. */
export function RolePreview({ changes, role, after, roles, people, labels, problem, busy, onSave, onDiscard }: Props) {
  const { t } = useTranslation()
  const { gain, lose } = whomItConcerns(role, after, people, roles, [...labels.keys()])
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
      <p>{lose.length > 0 && <Who text={t('settings.roles.lose', { count: lose.length })} people={lose} />}</p>
      <p>{gain.length > 0 && <Who text={t('settings.roles.gain', { count: gain.length })} people={gain} />}</p>
      {gain.length + lose.length === 0 && <p>{t('settings.roles.nobody')}</p>}
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
function Who({ text, people }: { text: string; people: Person[] }) {
  const { t } = useTranslation()
  const names = people
    .slice(0, FEW)
    .map((one) => one.name)
    .join(', ')
  return (
    <>
      <b>{text}</b> {people.length > FEW ? t('settings.roles.andMore', { names, count: people.length - FEW }) : names}
    </>
  )
}
