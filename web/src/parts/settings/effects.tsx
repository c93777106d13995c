import { useTypes } from '../../meta/use-types'
import { joined, number } from '../../ui/format'
import { Bones } from '../../ui/skeleton'
import { useTranslation } from '../../words'
import { FailureLine } from '../offline/failure-line'
import { byResource, type Foreseen, type Person, useForeseen, useResources } from './foreseen'
import s from './settings.module.css'

const FEW = 6
const FEW_RIGHTS = 5

interface WhoProps {
  foreseen: Foreseen
  /** What is said where nobody gains or loses. */
  nobody: string
  /** Which rights each of them gains or loses, too: where that does not stand next to it already. */
  rights?: boolean
}

/** Who loses and who gains by a change, each with the numbers of records that they would read. */
export function Who({ foreseen, nobody, rights }: WhoProps) {
  const { t } = useTranslation()
  const { losing, gaining } = foreseen
  const lose = foreseen.items.filter(
    (one) => one.losses.length > 0 || one.fields.some((each) => each.hidden.length + each.locked.length > 0),
  )
  const gain = foreseen.items.filter((one) => one.gains.length > 0 || one.fields.some((each) => each.shown.length + each.opened.length > 0))
  return (
    <>
      {losing > 0 && (
        <People text={t('settings.roles.lose', { count: losing })} total={losing} people={lose} side={rights ? 'losses' : undefined} />
      )}
      {gaining > 0 && (
        <People text={t('settings.roles.gain', { count: gaining })} total={gaining} people={gain} side={rights ? 'gains' : undefined} />
      )}
      {foreseen.people === 0 && <p>{nobody}</p>}
    </>
  )
}

interface PeopleProps {
  text: string
  /** All of them: the suite names some. */
  total: number
  people: Person[]
  side?: 'gains' | 'losses'
}

function People({ text, total, people, side }: PeopleProps) {
  const { t } = useTranslation()
  const nameOf = useResources()
  const withRecords = ({ name, records }: Person) => {
    const counts = records.flatMap(({ resource, before, after }) =>
      nameOf(resource) ? [`${nameOf(resource)} ${number(before)} → ${number(after)}`] : [],
    )
    return counts.length > 0 ? t('settings.roles.withRecords', { name, records: joined(counts) }) : name
  }
  const shown = people.filter(({ id }) => id).slice(0, FEW) // the others one does not see
  const more = total - shown.length
  if (!side) {
    const names = joined(shown.map(withRecords))
    return (
      <p>
        <b>{text}</b> {more > 0 && names ? t('settings.roles.andMore', { names, count: more }) : names}
      </p>
    )
  }
  return (
    <div className={s.effect}>
      <b>{text}</b>
      <ul>
        {shown.map((one) => (
          <li key={one.id}>
            <span>{withRecords(one)}</span>
            <RightsOf person={one} side={side} />
          </li>
        ))}
        {more > 0 && <li>{t('settings.effects.morePeople', { count: more })}</li>}
      </ul>
    </div>
  )
}

function RightsOf({ person, side }: { person: Person; side: 'gains' | 'losses' }) {
  const { t } = useTranslation()
  const types = useTypes()
  const nameOf = useResources()
  const rights = byResource(person[side]).flatMap(({ resource, actions }) => {
    const done = joined(actions.map((action) => t(`settings.actions.${action}`)))
    return nameOf(resource) ? [t('settings.effects.right', { resource: nameOf(resource), actions: done })] : []
  })
  const fields = person.fields.flatMap(({ resource, ...moved }) => {
    const names = side === 'gains' ? [...moved.shown, ...moved.opened] : [...moved.hidden, ...moved.locked]
    const labels = joined([...new Set(names)].map((name) => types.type(resource)?.field(name)?.label ?? name))
    return labels && nameOf(resource) ? [t('settings.effects.fields', { resource: nameOf(resource), fields: labels })] : []
  })
  const all = [...rights, ...fields]
  if (all.length === 0) return null
  const more = all.length - FEW_RIGHTS
  return (
    <small>{[...all.slice(0, FEW_RIGHTS), ...(more > 0 ? [t('settings.effects.moreRights', { count: more })] : [])].join(' · ')}</small>
  )
}

interface Props {
  /** The preview's path. */
  path: string
  body: Record<string, unknown> | undefined
}

/** In a form: who would gain and who would lose, before it is saved. Nothing where nothing would change. */
export function Effects({ path, body }: Props) {
  const { t } = useTranslation()
  const { data, error } = useForeseen(path, body)
  if (body === undefined) return null
  return (
    <section className={s.effects} aria-label={t('settings.roles.preview')} aria-live="polite">
      <h3>{t('settings.roles.preview')}</h3>
      {error && <FailureLine error={error} />}
      {!data && !error && <Bones rows={2} label={t('common.loading')} />}
      {data && !error && <Who foreseen={data} nobody={t('settings.effects.nobody')} rights />}
    </section>
  )
}
