import { IconCheck } from '@tabler/icons-react'
import { useEffect, useRef } from 'react'
import { usePast } from '../../data/moment'
import { type One, useStays } from '../../data/records'
import type { ObjectDescription } from '../../meta/describe'
import { useStagePaths } from '../../meta/stages'
import { measured } from '../../ui/format'
import { useTranslation } from '../../words'
import { useMove } from '../board/use-move'
import s from './stage-path.module.css'

const DAY = 86_400
const days = (seconds: number) => measured(Math.floor(seconds / DAY), 'day', 'narrow')

/** The path of a record with the days in each stage; a click moves it, gates ask for what is missing. */
export function StagePath({ object, one }: { object: ObjectDescription; one: One }) {
  const { t } = useTranslation()
  const past = usePast()
  const stages = useStagePaths(object)
  const { data } = useStays(object, one.record.id, object.stages !== undefined && !past)
  const { move, gate } = useMove(object)
  const key = String(one.record[object.stages?.field ?? ''] ?? '')
  const path = (stages?.of(one.record) ?? []).filter((stage) => !stage.retired || stage.key === key)
  const here = path.findIndex((stage) => stage.key === key)
  const closed = one.record.status !== undefined && one.record.status !== 'open'
  const spent = new Map<string, number>()
  for (const stay of data?.items ?? []) {
    const seconds = stay.seconds ?? (stay.to === null ? (Date.now() - Date.parse(stay.from)) / 1000 : 0)
    spent.set(stay.stage, (spent.get(stay.stage) ?? 0) + seconds)
  }
  const list = useRef<HTMLOListElement>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: when it stands in another stage, or its stages come
  useEffect(() => {
    const at = list.current?.querySelector<HTMLElement>('[aria-current]')
    if (list.current && at) list.current.scrollLeft = at.offsetLeft - (list.current.clientWidth - at.offsetWidth) / 2
  }, [key, path.length])
  if (path.length === 0) return null
  return (
    <>
      <ol ref={list} className={s.path} aria-label={t('record.path')} data-status={String(one.record.status ?? 'open')}>
        {path.map((stage, n) => {
          const state = n < here || one.record.status === 'won' ? 'done' : n === here ? 'here' : 'todo'
          const time = !closed && n <= here ? spent.get(stage.key) : undefined
          const label = stage.key === key ? stage.title : t('record.moveTo', { stage: stage.title })
          return (
            <li key={stage.key} data-state={state} aria-current={stage.key === key ? 'step' : undefined}>
              <button
                type="button"
                disabled={past || closed || stage.key === key}
                title={label}
                onClick={() => void move(one.record, stage.key)}
              >
                {state === 'done' && <IconCheck size={13} aria-hidden />}
                <span>{stage.title}</span>
                {time !== undefined && <small>{days(time)}</small>}
              </button>
            </li>
          )
        })}
      </ol>
      {gate}
    </>
  )
}
