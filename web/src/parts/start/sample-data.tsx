import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useId, useRef } from 'react'
import { call, get, newKey } from '../../api/client'
import { Toggle } from '../../ui/field'
import { locale, useTranslation } from '../../words'
import { Waiting } from '../offline/waiting'
import s from './start.module.css'

interface SampleData {
  state: 'off' | 'loading' | 'on' | 'paused' | 'failed' | 'removing'
  import?: string | null
}
interface Progress {
  done: number
  total: number
  error?: string
}

const AT = '/integration/sample-data'
const OFTEN = 700 // ms between two looks while it works
const working = (state?: string) => state === 'loading' || state === 'removing'

/** One switch: a made-up company goes in, or out again. */
export function SampleDataSwitch() {
  const { t } = useTranslation()
  const { asked, progress, flip, busy } = useSampleData()
  const id = useId()
  const { data } = asked
  if (!data) return <Waiting on={asked} rows={1} />
  const on = data.state === 'on' || data.state === 'loading' || data.state === 'paused'
  return (
    <div className={s.sample}>
      <div>
        <label htmlFor={id}>
          <b id={`${id}-name`}>{t('start.sample')}</b>
          <span id={`${id}-state`} aria-live="polite">
            {wordsOf(data.state, progress, t)}
          </span>
        </label>
        {data.state === 'loading' && <progress aria-labelledby={`${id}-name`} value={progress?.done ?? 0} max={progress?.total || 1} />}
      </div>
      <Toggle
        id={id}
        aria-labelledby={`${id}-name`}
        aria-describedby={`${id}-state`}
        checked={on}
        disabled={busy || working(data.state)}
        onChange={flip}
      />
    </div>
  )
}

function wordsOf(state: SampleData['state'], progress: Progress | undefined, t: ReturnType<typeof useTranslation>['t']): string {
  if (state === 'loading') return progress?.total ? t('start.sampleLoading', { ...progress }) : t('start.sampleBegin')
  if (state === 'removing') return t('start.sampleRemoving')
  if (state === 'failed') return t('start.sampleFailed', { reason: progress?.error ?? '' })
  if (state === 'paused') return t('start.samplePaused')
  return t(state === 'on' ? 'start.sampleOn' : 'start.sampleOff')
}

function useSampleData() {
  const queries = useQueryClient()
  const asked = useQuery({
    queryKey: ['sample-data'],
    queryFn: ({ signal }) => get<SampleData>(AT, undefined, signal),
    refetchInterval: ({ state }) => (working(state.data?.state) ? OFTEN : false),
  })
  const { data } = asked
  const { data: progress } = useQuery({
    queryKey: ['sample-data', 'progress', data?.import],
    queryFn: ({ signal }) => get<Progress>(`/imports/${data?.import}/report`, undefined, signal),
    enabled: Boolean(data?.import) && (working(data?.state) || data?.state === 'failed'),
    refetchInterval: working(data?.state) ? OFTEN : false,
  })
  const was = useRef(data?.state)
  useEffect(() => {
    if (working(was.current) && !working(data?.state)) void queries.invalidateQueries() // all lists have other rows now
    was.current = data?.state
  }, [data?.state, queries])
  const act = useMutation({
    mutationFn: (on: boolean) =>
      on ? call<SampleData>('POST', AT, { body: { language: locale() }, key: newKey() }) : call<SampleData>('DELETE', AT),
    onSuccess: (next) => queries.setQueryData(['sample-data'], next),
    onError: () => queries.invalidateQueries({ queryKey: ['sample-data'] }),
  })
  return { asked, progress, flip: (on: boolean) => act.mutate(on), busy: act.isPending }
}
