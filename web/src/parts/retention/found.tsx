import { useQuery } from '@tanstack/react-query'
import { call } from '../../api/client'
import { day, number } from '../../ui/format'
import { Bone } from '../../ui/skeleton'
import { useTranslation } from '../../words'
import type { Found as Answer } from './model'
import s from './retention.module.css'

/** What a rule would announce now. `path` and `body`: of a saved rule, or of one that is not saved yet. */
export function Found({ path, body }: { path: string; body?: Record<string, unknown> }) {
  const { t } = useTranslation()
  const { data, error } = useQuery({
    queryKey: ['settings', 'retention_rule', 'preview', path, body],
    retry: false,
    queryFn: ({ signal }) => call<Answer>('POST', path, { body, signal }),
  })
  if (error)
    return (
      <p role="alert" className={s.found} data-bad>
        {error.message}
      </p>
    )
  if (!data) return <Bone seed={3} />
  const count = data.whole ? number(data.count) : t('retention.orMore', { count: number(data.count) })
  return (
    <section className={s.found} aria-label={t('retention.preview')}>
      <p>{t(data.whole && data.count === 0 ? 'retention.nothing' : 'retention.found', { count, due: day(data.due) })}</p>
      {data.held > 0 && <p>{t('retention.held', { held: number(data.held) })}</p>}
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
