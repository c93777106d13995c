import { IconChevronRight } from '@tabler/icons-react'
import type { ObjectDescription } from '../../meta/describe'
import { iconOf } from '../../ui/icon'
import { Keys } from '../../ui/keys'
import { useTranslation } from '../../words'
import type { Action } from '../actions'
import { capsOf } from '../shortcuts'
import type { Found, Match } from './found'
import s from './palette.module.css'
import { marked } from './rank'

export interface Entry {
  id: string
  section: string
  record?: Found
  action?: Action
  run(): void
}
interface RowProps {
  entry: Entry
  on: boolean
  choose(entry: Entry): void
}

export function ActionRow({ entry, on, choose }: RowProps) {
  const Icon = entry.action?.icon ?? IconChevronRight
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the input has the focus and its keys
    <div id={entry.id} role="option" aria-selected={on} tabIndex={-1} className={s.row} onClick={() => choose(entry)}>
      <Icon size={18} stroke={1.6} aria-hidden />
      <span className={s.title}>{entry.action?.title}</span>
      {entry.action?.keys && <Keys caps={capsOf(entry.action.keys)} />}
    </div>
  )
}

export function RecordRow({ entry, on, choose, object }: RowProps & { object?: ObjectDescription }) {
  const { title = '', subtitle, matches = [] } = entry.record ?? {}
  const named = matches.find((match) => match.field === object?.title)
  const other = matches.find((match) => match.field !== object?.title)
  const Icon = iconOf(object?.icon)
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the input has the focus and its keys
    <div id={entry.id} role="option" aria-selected={on} tabIndex={-1} className={s.row} onClick={() => choose(entry)}>
      <Icon size={18} stroke={1.6} aria-hidden />
      <span className={s.title}>
        {named && named.text === title ? <Marks match={named} /> : title}
        <small>
          {object?.label}
          {subtitle && ` · ${subtitle}`}
          {!named && other && (
            <>
              {` · ${object?.field(other.field)?.label ?? other.field}: `}
              <Marks match={other} />
            </>
          )}
        </small>
      </span>
    </div>
  )
}

function Marks({ match }: { match: Match }) {
  return marked(match.text, match.ranges).map(([text, hit], n) =>
    // biome-ignore lint/suspicious/noArrayIndexKey: parts of one text have no other name
    hit ? <mark key={n}>{text}</mark> : <span key={n}>{text}</span>,
  )
}

export function Foot() {
  const { t } = useTranslation()
  return (
    <div className={s.foot} aria-hidden>
      <span>
        <Keys caps={['↑', '↓']} /> {t('nav.hintMove')}
      </span>
      <span>
        <Keys caps={['↵']} /> {t('nav.hintOpen')}
      </span>
      <span>
        <Keys caps={['Esc']} /> {t('nav.hintClose')}
      </span>
    </div>
  )
}
