import { useTranslation } from '../../words'
import { Waiting } from '../offline/waiting'
import { type Tree, useCauses, useWording } from './answers'
import s from './audit.module.css'

type Act = Tree['acts'][number]

/** Why it happened and what followed: commands, the events of each, and below an event the commands that reacted to it. */
export function Causes({ event, onOpen }: { event: string; onOpen(event: string): void }) {
  const { t } = useTranslation()
  const tree = useCauses(event)
  const { data } = tree
  if (!data) return <Waiting on={tree} rows={3} />
  const first = data.acts.filter((act) => act.cause === '')
  return (
    <>
      <ul className={s.tree}>
        {(first.length > 0 ? first : data.acts.slice(0, 1)).map((act) => (
          <Branch key={act.events[0]?.event_id} act={act} tree={data} shown={event} onOpen={onOpen} />
        ))}
      </ul>
      {!data.whole && <p className={s.soft}>{t('audit.cut')}</p>}
    </>
  )
}

interface Props {
  act: Act
  tree: Tree
  shown: string
  onOpen(event: string): void
}

function Branch({ act, tree, shown, onOpen }: Props) {
  const { who, what, event, kind, title } = useWording()
  const first = act.events[0]
  return (
    <li>
      {first && (
        <p>
          <b>{who(act, tree.names)}</b> {what(first)}
        </p>
      )}
      <ul>
        {act.events.map((one) => (
          <li key={one.event_id}>
            <button
              type="button"
              aria-current={one.event_id === shown ? 'true' : undefined}
              onClick={() => onOpen(one.event_id)}
              title={one.type}
            >
              {event(one)} <span>{title(one.record) ?? kind(one)}</span>
            </button>
            <Reactions of={one.event_id} tree={tree} shown={shown} onOpen={onOpen} />
          </li>
        ))}
      </ul>
    </li>
  )
}

function Reactions({ of, tree, shown, onOpen }: { of: string; tree: Tree; shown: string; onOpen(event: string): void }) {
  const acts = tree.acts.filter((act) => act.cause === of)
  if (acts.length === 0) return null
  return (
    <ul>
      {acts.map((act) => (
        <Branch key={act.events[0]?.event_id} act={act} tree={tree} shown={shown} onOpen={onOpen} />
      ))}
    </ul>
  )
}
