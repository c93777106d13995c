import { useQuery } from '@tanstack/react-query'
import { call } from '../../api/client'
import { day, number } from '../../ui/format'
import { Bone } from '../../ui/skeleton'
import { useTranslation } from '../../words'
import { FailureLine } from '../offline/failure-line'
import type { Found as Answer } from './model'
import s from './retention.module.css'

/** Of a saved rule, or of one that is not saved yet. */
export interface Asked {
  path: string
  body?: Record<string, unknown>
}

/** What a rule would announce now. No earlier answer stands in for it: people erase by what they see here. */
export const useFound = ({ path, body }: Asked) =>
  useQuery({
    queryKey: ['settings', 'retention_rule', 'preview', path, body],
    retry: false,
    staleTime: 0,
    gcTime: 0,
    queryFn: ({ signal }) => call<Answer>('POST', path, { body, signal }),
  })

export function Found({ asked }: { asked: Asked }) {
  const { t } = useTranslation()
  const { data, error } = useFound(asked)
  if (error) return <FailureLine error={error} />
  if (!data) return <Bone seed={3} />
  const shown = data.whole ? number(data.count) : t('retention.orMore', { count: number(data.count) })
  return (
    <section className={s.found} aria-label={t('retention.preview')}>
      <p>
        {data.whole && data.count === 0 ? t('retention.nothing') : t('retention.found', { count: data.count, shown, due: day(data.due) })}
      </p>
      {data.held > 0 && <p>{t('retention.held', { count: data.held, shown: number(data.held) })}</p>}
      {data.records.length > 0 && (
        <ul>
          {data.records.map((one) => (
            <li key={one.id}>{one.title || t('privacy.untitled')}</li>
          ))}
        </ul>
      )}
    </section>
  )
}
